"""Plain views with `.values()` and JsonResponse, as many older services have them."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404

from bench.peers import django_models as models
from bench.peers import django_queries as queries

_STATION = (
    *("id", "name", "short_name", "description", "image", "tech_map_image", "power", "commission_date"),
    *("courses_count", "status", "location", "type", "design_capacity", "gas_pressure", "distance_from_border"),
    *("pipeline_diameter", "input_pressure", "output_pressure", "parallel_lines"),
)
_TIMES = ("created_at", "updated_at")
_EQUIPMENT = (
    *("id", "station_id", "name", "model", "manufacturer", "quantity", "power", "description", "order_index"),
)
_SPECIFICATION = ("id", "station_id", "category", "value", "unit", "description", "order_index")
_SAFETY_SYSTEM = ("id", "station_id", "name", "description", "manufacturer", "order_index")
_COURSE = ("id", "title", "description", "station_id", "duration_hours", "level", "is_active", "icon", *_TIMES)
_PROGRAM = (
    *("id", "station_id", "title", "description", "duration", "topics_count", "lessons_count", "tests_count"),
    *("format", "is_active", "order_index", *_TIMES),
)
_STATS = (
    *("active_courses", "completed_courses", "total_progress", "total_hours_studied", "certificates_count"),
    *("topics_completed", "tests_passed"),
)
_ENROLLMENT = (
    *("id", "user_id", "course_id", "progress_percent", "status", "started_at", "completed_at", "hours_studied"),
    *("last_activity", "due_at"),
)


def _signed_in(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    @wraps(view)
    def checked(request: HttpRequest, **parameters: Any) -> JsonResponse:
        found = queries.caller(request.headers.get("authorization", ""))
        return view(*found, **parameters) if found else JsonResponse({"detail": "Sign in"}, status=401)

    return checked


@_signed_in
def me(user: models.User, claims: dict[str, Any]) -> JsonResponse:
    fields = {name: getattr(user, name) for name in ("id", "username", "role", "full_name", "email", "is_active")}
    times = {"iat": claims["iat"], "exp": claims["exp"]}
    return JsonResponse({"user": {"sub": user.id, **fields, "type": "access", **times}})


def stations(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"data": list(models.Station.objects.order_by("id").values(*_STATION))})


def station(_request: HttpRequest, station_id: int) -> JsonResponse:
    found = models.Station.objects.filter(id=station_id).values(*_STATION, *_TIMES).first()
    if found is None:
        return JsonResponse({"detail": "Not found"}, status=404)
    safety = list(models.SafetySystem.objects.filter(station_id=station_id).values(*_SAFETY_SYSTEM))
    features = models.Feature.objects.filter(safety_system__station_id=station_id)
    for system in safety:
        system["features"] = []
    by_system = {system["id"]: system["features"] for system in safety}
    for feature in features.values("id", "safety_system_id", "feature_name", "order_index"):
        by_system[feature.pop("safety_system_id")].append(feature)
    for system in safety:
        system["feature_names"] = [feature["feature_name"] for feature in system["features"]]

    def parts(kind: Any, *columns: str) -> list[dict[str, Any]]:
        return list(kind.objects.filter(station_id=station_id).values(*columns))

    return JsonResponse(
        {
            "station": found,
            "equipment": parts(models.Equipment, *_EQUIPMENT),
            "specs": parts(models.Specification, *_SPECIFICATION),
            "safety": safety,
            "gas_sources": parts(models.GasSource, "id", "station_id", "source_name", "order_index"),
            "photos": parts(models.Photo, "id", "station_id", "title", "view", "image_url", "order_index"),
            "normativeDocs": parts(models.Document, "id", "station_id", "title", "file_url", "order_index"),
        }
    )


def course(_request: HttpRequest, course_id: UUID) -> JsonResponse:
    found = models.Course.objects.filter(id=course_id).values(*_COURSE).first()
    if found is None:
        return JsonResponse({"detail": "Not found"}, status=404)
    programs = models.Program.objects.filter(station_id=found["station_id"]).values(*_PROGRAM)
    return JsonResponse({"course": found, "programs": list(programs)})


@_signed_in
def enrollments(user: models.User, _claims: dict[str, Any]) -> JsonResponse:
    own = ("course_id", "progress_percent", "status", "started_at", "completed_at", "due_at")
    of_course = ("course__title", "course__description", "course__station_id")
    rows = queries.enrollments_of(user.id).values(*own, *of_course)
    return JsonResponse({"data": [{name.removeprefix("course__"): row[name] for name in row} for row in rows]})


@_signed_in
def stats(user: models.User, _claims: dict[str, Any]) -> JsonResponse:
    totals = get_object_or_404(models.Stats, user_id=user.id)
    average = round(totals.best_scores / totals.tests_taken, 2) if totals.tests_taken else 0.0
    certificates = models.Certificate.objects.filter(user_id=user.id, revoked_at=None).order_by("-issued_at")
    counted = {name: getattr(totals, name) for name in _STATS}
    return JsonResponse(
        {
            "stats": {**counted, "average_score": average, "streak_days": queries.streak(user.id)},
            "certificates": list(certificates.values("id", "title", "issued_at", "number")),
        }
    )


@_signed_in
def enroll(user: models.User, _claims: dict[str, Any], course_id: UUID) -> JsonResponse:
    stored = queries.enrolled(user.id, course_id)
    if stored is None:
        return JsonResponse({"detail": "Not found"}, status=404)
    return JsonResponse({"success": True, "enrollment": {name: getattr(stored, name) for name in _ENROLLMENT}})
