# --8<-- [start:imports]
"""Say which imports of your project bring the memory.

python imports.py config.settings, in the folder of manage.py. With each counts all that
it imports in turn, compiled parts too, unless it was there before.
"""

import builtins
import os
import resource
import sys
from collections import Counter
from pathlib import Path

PROJECT = Path.cwd()
real_import, grown = builtins.__import__, Counter()


def resident():
    """Return the memory of this process, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def measured_import(name, where=None, *args, **named):
    before = resident()
    try:
        return real_import(name, where, *args, **named)
    finally:
        file = Path((where or {}).get("__file__") or "/")
        if file.is_relative_to(PROJECT) and "site-packages" not in file.parts:
            grown[f"{file.relative_to(PROJECT)}: {name}"] += resident() - before


if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT))
    os.environ["DJANGO_SETTINGS_MODULE"] = sys.argv[1]
    import django
    from django.urls import get_resolver

    builtins.__import__ = measured_import
    django.setup()
    _ = get_resolver().url_patterns
    for what, size in grown.most_common(15):
        print(f"{size:8.1f} MB  {what}")
    print(f"{resident():8.1f} MB  in all")
# --8<-- [end:imports]
