#!/bin/sh
# --8<-- [start:manage]
# manage.py with the deployment's environment, of which cron knows nothing.
set -eu
desk=${DESK:-/srv/desk}
set -a # whatever is set from here on is for the command as well
. "${DESK_ENV:-/etc/desk/web.env}"
cd "$desk/app"
exec "$desk/.venv/bin/python" manage.py "$@"
# --8<-- [end:manage]
