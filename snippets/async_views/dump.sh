#!/bin/sh
# --8<-- [start:dump]
# What does each thread of this process do right now? As root, while it stands still.
exec py-spy dump --pid "$1"
# --8<-- [end:dump]
