"""The shipping desk's settings, with Django Ninja."""

from config.settings import *
from config.settings import INSTALLED_APPS

ROOT_URLCONF = "desk_urls"

# --8<-- [start:settings]
# Django Ninja works without this line. But only with it, its page at docs/ takes scripts
# and styles from your static files, and without it from a CDN.
INSTALLED_APPS = [*INSTALLED_APPS, "ninja"]

# What a client gets without asking, and the most it may ask for. By default there is no most.
NINJA_PAGINATION_PER_PAGE = 20
NINJA_PAGINATION_MAX_LIMIT = 100
# --8<-- [end:settings]
