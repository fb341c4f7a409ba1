#!/bin/sh
# --8<-- [start:pss]
# sh pss.sh PID: the memory and threads of gunicorn's first process and of its workers, in MB.
# Pss divides what several processes share among them, so that the sum is true. Own is what
# would be free if the process ended.
for pid in "$1" $(pgrep -P "$1"); do
    awk -v pid="$pid" -v threads="$(ls "/proc/$pid/task" | wc -l)" '
        /^Pss:/ { pss = $2 }
        /^Private_/ { own += $2 }
        END { printf "%8d %8.1f Pss %8.1f own %5d threads\n", pid, pss / 1024, own / 1024, threads }
    ' "/proc/$pid/smaps_rollup"
done | awk '{ print; pss += $2 } END { printf "%8s %8.1f Pss\n", "all", pss }'
# --8<-- [end:pss]
