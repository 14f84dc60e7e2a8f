"""Django's settings, by which it is set up once this is imported. A connection is kept by each thread."""

from urllib.parse import urlsplit

import django
from django.conf import settings

from bench.peers import environment

_url = urlsplit(environment.DATABASE_URL)
settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="bench.peers.django_app",
    APPEND_SLASH=False,
    USE_TZ=True,
    TIME_ZONE="UTC",
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": _url.hostname,
            "PORT": _url.port,
            "USER": _url.username,
            "PASSWORD": _url.password or "",
            "NAME": _url.path.lstrip("/"),
            "CONN_MAX_AGE": None,
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()
