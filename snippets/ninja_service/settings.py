"""The shipping desk's settings, with views in Django Ninja at the addresses of its own views."""

from config.settings import *

ROOT_URLCONF = "ninja_service.urls"
