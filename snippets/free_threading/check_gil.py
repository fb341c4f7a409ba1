# --8<-- [start:file]
"""Say which import switches the GIL on again.

Run it in your project, with a free-threaded Python:

    python3.14t check_gil.py numpy lxml                  # modules that you use
    python3.14t check_gil.py --django config.settings    # all that a Django project loads

Exit code 0: the GIL stays off. 1: it is on, and you are told why. 2: that could not be checked.
"""

import os
import re
import sys
import warnings
from argparse import ArgumentParser
from importlib import import_module

is_gil_on = getattr(sys, "_is_gil_enabled", lambda: True)


# --8<-- [start:check]
def import_project(settings):
    """Import what a server does: apps, middleware, addresses, views, database drivers."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import_module("django.core.wsgi").get_wsgi_application()
    import_module(import_module("django.conf").settings.ROOT_URLCONF)
    import_module("django.db").connections.all()


def what_switches_gil_on(load, name):
    """Load `name` and return the extension that switched the GIL on, or None."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        load(name)
    if not is_gil_on():
        return None
    # Python warns once: of the first extension that is not marked as safe without the GIL.
    found = re.search(r"to load module '([^']+)'", "\n".join(str(w.message) for w in caught))
    return found[1] if found else name


# --8<-- [end:check]


def main():
    parser = ArgumentParser(description="Say which import switches the GIL on again.")
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--django", metavar="SETTINGS", help="such as config.settings")
    given = parser.parse_args()
    loads = [(import_module, name) for name in given.modules]
    loads += [(import_project, given.django)] if given.django else []
    if not loads:
        parser.error("name modules, or the settings of a project")
    if is_gil_on():
        parser.error("the GIL is on already; use a free-threaded Python, without PYTHON_GIL=1")
    if sys.flags.gil == 0:
        parser.error("the GIL is forced off, nothing can switch it on; unset PYTHON_GIL")

    sys.path.insert(0, "")  # the project is in the current folder, this file need not be
    for load, name in loads:
        try:
            extension = what_switches_gil_on(load, name)
        except Exception as error:  # a project can fail to load in any way
            parser.error(f"{name} cannot be loaded: {error}")
        if extension:
            sys.exit(f"{name} switches the GIL on: {extension} is not marked as safe without it")
    print("the GIL stays off")


if __name__ == "__main__":
    main()
# --8<-- [end:file]
