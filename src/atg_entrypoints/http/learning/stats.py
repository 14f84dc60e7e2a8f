"""The caller's totals, streak and certificates."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation
from msgspec import Meta, Struct

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.stats import ShowStats
from atg_core.learning.totals import Totals
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Instant, to_wire

_TAGS = ["learning"]


class StatsRow(Struct, frozen=True, kw_only=True):
    """`total_progress`: sum of the percents; `streak_days`: consecutive days with a completed topic."""

    active_courses: int
    completed_courses: int
    total_progress: int
    total_hours_studied: Decimal
    certificates_count: int
    topics_completed: int
    tests_passed: int
    average_score: float
    streak_days: int

    @classmethod
    def of(cls, totals: Totals, streak_days: int) -> "StatsRow":
        return cls(
            active_courses=totals.active_courses,
            completed_courses=totals.completed_courses,
            total_progress=totals.total_progress,
            total_hours_studied=totals.total_hours_studied,
            certificates_count=totals.certificates_count,
            topics_completed=totals.topics_completed,
            tests_passed=totals.tests_passed,
            average_score=totals.average_score,
            streak_days=streak_days,
        )


class CertificateRow(Struct, frozen=True, kw_only=True):
    id: UUID
    title: str
    issued_at: Instant
    number: Annotated[str, Meta(examples=["ATG-2026-000001"])]


class StatsReply(Struct, frozen=True, kw_only=True):
    stats: StatsRow
    certificates: list[CertificateRow]


@get("/users/me/stats", policy=SIGNED_IN, tags=_TAGS, summary="The caller's totals and certificates")
async def show_my_stats(
    request: Request[Caller, AccessClaims, Any], show_stats: NamedDependency[SkipValidation[ShowStats]]
) -> StatsReply:
    totals, streak_days, certificates = await show_stats(request.user.id)
    return StatsReply(stats=StatsRow.of(totals, streak_days), certificates=to_wire(certificates, list[CertificateRow]))


HANDLERS: Sequence[BaseRouteHandler] = (show_my_stats,)
