"""The matrix of people and courses: who has completed what, who is late."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from atg_core.learning.training_reports import MatrixCourse
from atg_entrypoints.console.training.asked import (
    FILTERED,
    Asked,
    AskedFilters,
    Now,
    Pages,
    ReadsTrainings,
    choices_for,
    long_page,
    shared_values,
    uuid_in,
)
from atg_entrypoints.console.training.people import late_by
from atg_entrypoints.http.policy import SIGNED_IN

_MOST_COURSES = 200

ChosenCourses = Annotated[list[str] | None, QueryParameter(name="course", max_items=_MOST_COURSES)]


@get("/training/matrix", policy=SIGNED_IN, dependencies=FILTERED)
async def show_matrix(
    *,
    request: Asked,
    filters: AskedFilters,
    training_reports: ReadsTrainings,
    clock: Now,
    paging: Pages,
    course: ChosenCourses = None,
) -> Response[str]:
    """Active people by name; of the courses those that were chosen, else all active ones."""
    choices, now = await choices_for(request), clock()
    chosen = _chosen(choices.courses, course or [])
    wanted = [each for each in choices.courses if not chosen or each.id in chosen]
    courses = wanted[:_MOST_COURSES]
    paging = filters.page_of(paging, len(courses))
    people, total = await training_reports.matrix(
        filters.people(request.user), [each.id for each in courses], limit=paging.size, offset=paging.offset
    )
    shown = [each.id for each in choices.courses if each.id in chosen] or None
    values = {
        "found": paging.of(people, total),
        "filters": filters,
        "choices": choices,
        "courses": courses,
        "courses_total": len(wanted),
        "chosen": chosen,
        "query": filters.query(course_id=None, course=shown),
        "file_query": filters.query(course_id=shown),
        "late_by": late_by,
        "now": now,
    }
    return await long_page(request, "training/matrix", {**shared_values(request), **values})


def _chosen(offered: Sequence[MatrixCourse], texts: Sequence[str]) -> set[UUID]:
    return {each.id for each in offered} & {key for text in texts if (key := uuid_in(text))}


HANDLERS: Sequence[BaseRouteHandler] = (show_matrix,)
