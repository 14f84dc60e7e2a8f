"""Course programs: enrolling, progress and completed materials."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Meta, Struct

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.materials import MaterialType, ViewMaterial
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.programs import EnrollInProgram, ProgramNotFound, ProgramQueries, ProgramStanding
from atg_core.learning.stats import ShowStats
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import NO_NUL, Data, Instant, serial_or

_TAGS = ["existing frontend"]
_PROGRAM = "/courses/programs/{program_id:str}"

type Key = Annotated[str, Meta(min_length=1, max_length=1000, pattern=NO_NUL)]


class EnrollmentRow(Struct, frozen=True, kw_only=True):
    course_program_id: int
    progress_percent: Annotated[int, Meta(ge=0, le=100)]
    status: EnrollmentStatus
    started_at: Instant | None
    completed_at: Instant | None


class ProgramEnrolled(Struct, frozen=True, kw_only=True):
    """`created`: whether the caller was not enrolled before."""

    success: bool = True
    created: bool
    data: EnrollmentRow


class Totals(Struct, frozen=True, kw_only=True):
    """`total_units`: files, topics without files, and tests that have questions."""

    total_units: int
    topics: int
    files: int
    tests: int


class ProgressRow(EnrollmentRow, frozen=True, kw_only=True):
    totals: Totals
    completed_units: int


class ProgressReply(Struct, frozen=True, kw_only=True):
    data: ProgressRow

    @classmethod
    def of(cls, standing: ProgramStanding) -> "ProgressReply":
        totals = Totals(
            total_units=standing.total_units,
            topics=standing.topics_count,
            files=standing.files,
            tests=standing.tests,
        )
        enrollment = _enrollment(standing)
        return cls(data=ProgressRow(**enrollment, totals=totals, completed_units=standing.completed_units))


class MaterialCompleted(Struct, frozen=True, kw_only=True):
    """`material_key`: the object key of a file or, of a `text`, `topic:` and the key of the topic."""

    material_type: MaterialType
    material_key: Key


class ProgramRow(Struct, frozen=True, kw_only=True):
    id: int
    title: str
    description: str | None
    station_id: int | None
    duration: str | None
    lessons_count: int
    topics_count: int
    tests_count: int


class MyProgramRow(EnrollmentRow, frozen=True, kw_only=True):
    last_activity: Instant | None
    course_program: ProgramRow


class MaterialCounts(Struct, frozen=True, kw_only=True):
    """Completed files by type; `text`: completed topics; `test`: passed tests."""

    video: int
    pdf: int
    document: int
    presentation: int
    text: int
    test: int


class ProgramStats(Struct, frozen=True, kw_only=True):
    """`average_test_score` in percent: of the best results."""

    active_courses: int
    completed_courses: int
    materials: MaterialCounts
    average_test_score: float


class ProgramStatsReply(Struct, frozen=True, kw_only=True):
    data: ProgramStats


def _enrollment(standing: ProgramStanding) -> dict[str, Any]:
    return {
        "course_program_id": standing.program_id,
        "progress_percent": standing.progress_percent,
        "status": standing.status,
        "started_at": _instant(standing.started_at),
        "completed_at": _instant(standing.completed_at),
    }


def _instant(moment: Any) -> Instant | None:
    return Instant.of(moment) if moment else None


@post(f"{_PROGRAM}/enroll", status_code=200, policy=SIGNED_IN, tags=_TAGS, summary="Enroll in a program; idempotent")
async def enroll_in_program(
    request: Request[Caller, AccessClaims, Any],
    program_id: FromPath[str],
    enroll_in_program: NamedDependency[SkipValidation[EnrollInProgram]],
) -> ProgramEnrolled:
    """That is: in the first course that shows the program."""
    standing, created = await enroll_in_program(request.user.id, serial_or(ProgramNotFound, program_id))
    return ProgramEnrolled(created=created, data=EnrollmentRow(**_enrollment(standing)))


@get(f"{_PROGRAM}/progress", policy=SIGNED_IN, tags=_TAGS, summary="The caller's progress in a program")
async def show_program_progress(
    request: Request[Caller, AccessClaims, Any],
    program_id: FromPath[str],
    program_queries: NamedDependency[SkipValidation[ProgramQueries]],
) -> ProgressReply:
    """404 with `Enrollment not found` for who is not enrolled."""
    return ProgressReply.of(await program_queries.standing(request.user.id, serial_or(ProgramNotFound, program_id)))


@post(
    f"{_PROGRAM}/materials/complete", status_code=200, policy=SIGNED_IN, tags=_TAGS, summary="Complete a file or topic"
)
async def complete_material(
    request: Request[Caller, AccessClaims, Any],
    program_id: FromPath[str],
    data: JSONBody[MaterialCompleted],
    view_material: NamedDependency[SkipValidation[ViewMaterial]],
) -> ProgressReply:
    """A topic is completed with the last of its files. Tests are completed by passing them."""
    number = serial_or(ProgramNotFound, program_id)
    standing = await view_material.complete(request.user.id, number, data.material_type, data.material_key)
    return ProgressReply.of(standing)


@get("/courses/me/programs", policy=SIGNED_IN, tags=_TAGS, summary="The caller's programs, the latest studied first")
async def list_my_programs(
    request: Request[Caller, AccessClaims, Any], program_queries: NamedDependency[SkipValidation[ProgramQueries]]
) -> Data[MyProgramRow]:
    return Data(
        [
            MyProgramRow(
                **_enrollment(standing),
                last_activity=_instant(standing.last_activity),
                course_program=ProgramRow(
                    id=standing.program_id,
                    **{name: getattr(standing, name) for name in ProgramRow.__struct_fields__ if name != "id"},
                ),
            )
            for standing in await program_queries.standings(request.user.id)
        ]
    )


@get("/courses/me/stats", policy=SIGNED_IN, tags=_TAGS, summary="What the caller has completed, in numbers")
async def show_my_program_stats(
    request: Request[Caller, AccessClaims, Any],
    show_stats: NamedDependency[SkipValidation[ShowStats]],
    program_queries: NamedDependency[SkipValidation[ProgramQueries]],
) -> ProgramStatsReply:
    totals, _, _ = await show_stats(request.user.id)
    files = {type_.value: 0 for type_ in MaterialType} | await program_queries.completed_materials(request.user.id)
    materials = MaterialCounts(**files | {"text": totals.topics_completed, "test": totals.tests_passed})
    return ProgramStatsReply(
        data=ProgramStats(
            active_courses=totals.active_courses,
            completed_courses=totals.completed_courses,
            materials=materials,
            average_test_score=totals.average_score,
        )
    )


HANDLERS: Sequence[BaseRouteHandler] = (
    enroll_in_program,
    show_program_progress,
    complete_material,
    list_my_programs,
    show_my_program_stats,
)
