"""What both kinds of Django views ask."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from django.db import transaction
from django.db.models import F
from django.db.models.functions import TruncDate

from bench.peers import environment
from bench.peers.django_models import Course, Enrollment, Progress, Session, User


def caller(authorization: str) -> tuple[User, dict[str, Any]] | None:
    """The signed-in person and the claims of the token; None without a valid one of a live session."""
    try:
        claims = jwt.decode(authorization.removeprefix("Bearer "), environment.JWT_KEY, **environment.JWT)
    except jwt.PyJWTError:
        return None
    live = Session.objects.filter(
        id=claims["sid"], revoked_at=None, expires_at__gt=datetime.now(UTC), user__is_active=True
    )
    session = live.select_related("user").first()
    return (session.user, claims) if session else None


def streak(user_id: UUID) -> int:
    completed = Progress.objects.filter(user_id=user_id, completed_at__isnull=False)
    days: set[date] = set(completed.annotate(day=TruncDate("completed_at")).values_list("day", flat=True).distinct())
    day, count = datetime.now(UTC).date(), 0
    if day not in days:
        day -= timedelta(days=1)
    while day in days:
        day, count = day - timedelta(days=1), count + 1
    return count


def enrollments_of(user_id: UUID) -> Any:
    own = Enrollment.objects.filter(user_id=user_id, cancelled_at=None)
    return own.order_by(F("started_at").desc(nulls_first=True), "id")


def enrolled(user_id: UUID, course_id: UUID) -> Enrollment | None:
    """The enrollment, made if there is none; None if there is no such course."""
    if not Course.objects.filter(id=course_id, is_active=True).exists():
        return None
    now = datetime.now(UTC)
    with transaction.atomic():
        enrollment, _ = Enrollment.objects.get_or_create(
            user_id=user_id,
            course_id=course_id,
            defaults={
                "id": uuid4(),
                "progress_percent": 0,
                "status": "in_progress",
                "started_at": now,
                "hours_studied": 0,
                "last_activity": now,
            },
        )
    return enrollment
