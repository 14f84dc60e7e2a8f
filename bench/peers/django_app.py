"""Django under gunicorn: `BENCH_VIEWS` says whether with plain views or with those of Django REST framework."""

import os
from importlib import import_module

from bench.peers import django_settings  # noqa: F401 - what is imported below needs the settings

from django.core.wsgi import get_wsgi_application  # isort: skip
from django.urls import path  # isort: skip

_views = import_module(f"bench.peers.{os.environ['BENCH_VIEWS']}")
urlpatterns = [
    path("auth/me", _views.me),
    path("stations", _views.stations),
    path("stations/<int:station_id>", _views.station),
    path("courses/me/enrollments", _views.enrollments),
    path("courses/<uuid:course_id>", _views.course),
    path("courses/<uuid:course_id>/enroll", _views.enroll),
    path("users/me/stats", _views.stats),
]
application = get_wsgi_application()
