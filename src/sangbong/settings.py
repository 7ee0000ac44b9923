"""Django's settings, all derived from the office's own (`office/adapters/configuration.py`)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF

from sangbong.office.adapters import configuration
from sangbong.office.adapters.clock import SystemClock
from sangbong.office.adapters.database import SQLITE_INIT
from sangbong.office.core.clock import Clock

PACKAGE = Path(__file__).parent
OFFICE_HOME = configuration.home()
OFFICE = configuration.load(OFFICE_HOME)
CLOCK: Clock = SystemClock()
"""Domain time; `cli` replaces it by the conductor's in a drill office."""


def _session_key() -> str:
    path = OFFICE_HOME / "keys" / "session.key"
    # before an office is founded nothing is served, so nothing is signed by this
    return path.read_text("ascii") if path.exists() else "not founded: serves nothing"


# closing the last connection to SQLite's log writes all of it back: 30 ms for every request
_KEPT_OPEN = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}


def _database(address: str) -> dict[str, Any]:
    if not address:
        return {
            **_KEPT_OPEN,
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": OFFICE_HOME / "office.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": SQLITE_INIT,
            },
        }
    parts = urlsplit(address)
    return {
        **_KEPT_OPEN,
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # a server on this machine is named by the folder of its socket: `?host=/run/postgresql`
        "HOST": parts.hostname or parse_qs(parts.query).get("host", [""])[0],
        "PORT": str(parts.port or ""),
    }


SECRET_KEY = _session_key()
DEBUG = False
ALLOWED_HOSTS = OFFICE.allowed_hosts
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "csp",
    "sangbong.apps.SangbongConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "sangbong.web.static_files.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sangbong.web.middleware.FrameMiddleware",
]
ROOT_URLCONF = "sangbong.urls"
ASGI_APPLICATION = "sangbong.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "sangbong.web.templatetags.faces",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sangbong.web.context.frame",
            ],
        },
    }
]
COTTON_DIR = "cotton"
COTTON_SNAKE_CASED_NAMES = False
DATABASES = {"default": _database(OFFICE.database)}
AUTH_USER_MODEL = "sangbong.Staff"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["sangbong.web.hashers.BoundedArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
STATIC_ROOT = None  # served from the package itself: an office has nothing to collect
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# browsers send cookies to every port of a host name, so two offices on one machine need two names
_COOKIE = (OFFICE.code or hashlib.sha256(str(OFFICE_HOME).encode()).hexdigest()[:6]).lower()
SESSION_COOKIE_NAME = f"sangbong-{_COOKIE}-session"
CSRF_COOKIE_NAME = f"sangbong-{_COOKIE}-csrf"
LANGUAGE_COOKIE_NAME = f"sangbong-{_COOKIE}-language"
SESSION_COOKIE_SECURE = OFFICE.secure_cookies
CSRF_COOKIE_SECURE = OFFICE.secure_cookies
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 10 * 60 * 60
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
