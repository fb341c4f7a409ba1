"""Settings of the shipping desk. What differs between two machines comes from the environment."""

import os
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def is_on(name):
    return os.environ.get(name) == "1"


# --8<-- [start:refuse-without-key]
DEBUG = is_on("DJANGO_DEBUG")

# A key in the repository is a key that everybody has. So there is none to fall back
# on: without DJANGO_SECRET_KEY only development starts.
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "only-for-development" if DEBUG else "")
if not SECRET_KEY:
    message = (
        "DJANGO_SECRET_KEY is not set. Set it to a long random text (python -c"
        " 'import secrets; print(secrets.token_urlsafe(50))'),"
        " or set DJANGO_DEBUG=1 for development."
    )
    raise ImproperlyConfigured(message)
# --8<-- [end:refuse-without-key]

# Plain HTTP on your own machine, with nothing in front. Never set it where others can connect.
INSECURE_HTTP = is_on("DJANGO_INSECURE_HTTP")

LOCAL_HOSTS = "localhost,127.0.0.1,[::1]" if DEBUG or INSECURE_HTTP else ""
ALLOWED_HOSTS = [
    host.strip()
    for host in os.environ.get("DJANGO_ALLOWED_HOSTS", LOCAL_HOSTS).split(",")
    if host.strip()
]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks_db",
    "labels",
    "parcels",
    "rates",
    "routes",
    "tracking",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if is_on("BENCH_NO_MIDDLEWARE"):
    # Only for the benchmark, which shows what the middleware costs. Nobody can log in without it.
    MIDDLEWARE = []

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

# --8<-- [start:database]
DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{BASE_DIR / 'desk.sqlite3'}",
        conn_max_age=int(os.environ.get("DATABASE_CONN_MAX_AGE") or 0),
    )
}

# A connection belongs to a thread. Under WSGI threads stay, so CONN_MAX_AGE saves them from
# connecting again. Under ASGI each request has a thread of its own, so it must stay 0 there:
# what it keeps open, no later request finds again.
# A pool belongs to the process. It reuses connections under WSGI and ASGI alike, and
# its size is the limit that ASGI lacks: further requests wait instead of connecting.
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["connect_timeout"] = 5
    if pool_size := int(os.environ.get("DATABASE_POOL") or 0):
        options["pool"] = {"min_size": min(4, pool_size), "max_size": pool_size, "timeout": 10}
# --8<-- [end:database]

# --8<-- [start:tasks]
# A job is a row in the database above, and `manage.py db_worker` runs it. A queue that
# is not named here cannot be used, and one that no worker names is never emptied.
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "heavy"],
    }
}
# --8<-- [end:tasks]

if redis_url := os.environ.get("REDIS_URL"):
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis_url,
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
        }
    }
    # --8<-- [start:channel-layers]
    # Through this, sockets of several processes hear each other.
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [{"address": redis_url, "socket_connect_timeout": 2}]},
        }
    }
    # --8<-- [end:channel-layers]

# --8<-- [start:https]
if not DEBUG and not INSECURE_HTTP:
    SECURE_SSL_REDIRECT = True
    # A load balancer asks for the health page inside the data center, without TLS.
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Browsers remember these for a year: put the site on HTTPS for good before you deploy.
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if is_on("DJANGO_BEHIND_PROXY"):
        # Believed only when asked for: without a proxy that always sets this header,
        # any client could send it.
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# --8<-- [end:https]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = os.environ.get("DJANGO_STATIC_ROOT", BASE_DIR / "staticfiles")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# The desk's own settings.
DESK_TOKEN = os.environ.get("DESK_TOKEN", "")
CARRIERS_URL = os.environ.get("CARRIERS_URL", "").rstrip("/")
CARRIER_LATENCY_MS = float(os.environ.get("CARRIER_LATENCY_MS", "100"))
CARRIER_TIMEOUT_S = float(os.environ.get("CARRIER_TIMEOUT_S", "2"))
RELAY_URL = os.environ.get("RELAY_URL", "").rstrip("/")
RELAY_KEY = os.environ.get("RELAY_KEY", "")
SHOW_PROCESS = is_on("SHOW_PROCESS")

# --8<-- [start:tracking]
# Event streams: heard through REDIS_URL, or by asking the database every TRACKING_LOOK_S. A
# silent stream sends something each TRACKING_HEARTBEAT_S, and the browser renews a long one.
REDIS_URL = os.environ.get("REDIS_URL", "")
TRACKING_CHANNEL = os.environ.get("TRACKING_CHANNEL", "tracking")
TRACKING_LOOK_S = float(os.environ.get("TRACKING_LOOK_S") or 1)
TRACKING_HEARTBEAT_S = float(os.environ.get("TRACKING_HEARTBEAT_S") or 15)
TRACKING_STREAM_S = float(os.environ.get("TRACKING_STREAM_S") or 3600)
# --8<-- [end:tracking]
