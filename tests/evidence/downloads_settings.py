"""The desk's settings, with the addresses of a download."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "downloads"
