#!/bin/sh
# --8<-- [start:search]
# Values of modules that can be changed, and functions that set names of their module.
grep -rnE --include='*.py' --exclude-dir='.venv' \
    '^[A-Za-z_]+(:[^=]*)? = (\{|\[|set\(|dict\(|list\()|^ +global ' .
# --8<-- [end:search]
