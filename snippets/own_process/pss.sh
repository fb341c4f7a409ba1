#!/bin/sh
# --8<-- [start:pss]
# pss.sh PID: the memory of each worker of a server. Pss counts what a process has alone,
# and of what it shares with others its part; so the sum is true.
for pid in $(pgrep --parent "$1"); do
    awk -v pid="$pid" '/^Pss:/ { print pid, int($2 / 1024), "MB" }' "/proc/$pid/smaps_rollup"
done
# --8<-- [end:pss]
