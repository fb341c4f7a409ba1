#!/bin/sh
# --8<-- [start:send]
# Every few minutes, by cron. After twice that time without a ping, the watchdog calls you.
exec python manage.py shell -v 0 -c '
import time
from tasks.canary import canary
canary.delay(time.time())'
# --8<-- [end:send]
