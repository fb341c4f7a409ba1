#!/bin/sh
# --8<-- [start:search]
# What keeps values by thread: in your project, and in what is installed beside it.
PACKAGES=$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
grep -rnE --include='*.py' 'threading\.local\(|class \w+\((threading\.)?local\)' . "$PACKAGES"
# --8<-- [end:search]
