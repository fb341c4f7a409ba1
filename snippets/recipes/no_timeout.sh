#!/bin/sh
# --8<-- [start:search]
# Calls on one line that name no time-out. A line that ends in "(" needs a look of its own.
grep -rnE --include='*.py' --exclude-dir='.venv' \
    '(requests|httpx)\.(get|post|put|patch|delete|request)\(|urlopen\(' . | grep -v timeout
# --8<-- [end:search]
