"""Learning paths: authoring, reading with the caller's own state, and assigning them."""

from collections.abc import Sequence
from datetime import UTC
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.assignments import Assignees
from atg_core.learning.path_assignments import (
    AssignLearningPath,
    EditLearningPaths,
    LearningPathQueries,
    LeaveLearningPath,
)
from atg_core.learning.paths import LearnerOnPath, LearningPath, LearningPathNotFound
from atg_core.learning.prerequisites import PrerequisiteQueries
from atg_entrypoints.http.learning import paths_wire as wire
from atg_entrypoints.http.policy import AUTHOR, COURSE_STAFF, SIGNED_IN, TRAINING
from atg_entrypoints.http.wire import Page, Paging, to_wire, uuid_or

_TAGS = ["learning paths"]
Asked = Request[Caller, AccessClaims, Any]
Queries = NamedDependency[SkipValidation[LearningPathQueries]]
Prerequisites = NamedDependency[SkipValidation[PrerequisiteQueries]]
Edits = NamedDependency[SkipValidation[EditLearningPaths]]
Mine = Annotated[bool, QueryParameter(name="mine", description="Only those that the caller has")]


async def _rows(
    caller: Caller, found: Sequence[tuple[LearningPath, LearnerOnPath | None]], prerequisites: PrerequisiteQueries
) -> list[wire.LearningPathRow]:
    """With what the courses of the caller's paths require: one statement for all of them."""
    courses = {course.course_id for path, learner in found if learner for course in path.courses}
    access = await prerequisites.of_courses(caller.id, courses) if courses else {}
    return [wire.LearningPathRow.of(path, learner, access) for path, learner in found]


@get("/learning-paths", policy=SIGNED_IN, tags=_TAGS, summary="Learning paths by title", also={400})
async def list_paths(
    *,
    request: Asked,
    learning_path_queries: Queries,
    prerequisite_queries: Prerequisites,
    paging: NamedDependency[SkipValidation[Paging]],
    mine: Mine = False,
) -> Page[wire.LearningPathRow]:
    """Active ones; authors and the training department see all. `mine` of each says how far the caller is."""
    inactive = request.user.role in COURSE_STAFF.roles
    found, total = await learning_path_queries.paths(
        request.user.id, mine=mine, inactive=inactive, limit=paging.size, offset=paging.offset
    )
    return paging.of(await _rows(request.user, found, prerequisite_queries), total)


@get("/learning-paths/{path_id:str}", policy=SIGNED_IN, tags=_TAGS, summary="A learning path")
async def show_path(
    request: Asked, path_id: FromPath[str], learning_path_queries: Queries, prerequisite_queries: Prerequisites
) -> wire.LearningPathRow:
    """With how far the caller is: what is completed, what is next, when each course is due, and what is locked why."""
    found = await learning_path_queries.path(request.user.id, uuid_or(LearningPathNotFound, path_id))
    path, learner = found
    if not path.is_active and learner is None and request.user.role not in COURSE_STAFF.roles:
        raise LearningPathNotFound
    return (await _rows(request.user, [found], prerequisite_queries))[0]


@post("/learning-paths", policy=AUTHOR, tags=_TAGS, summary="Create a learning path", also={409})
async def make_path(data: JSONBody[wire.NewLearningPath], edit_learning_paths: Edits) -> wire.LearningPathRow:
    path = await edit_learning_paths.add(data.values(), data.path_courses() or [])
    return wire.LearningPathRow.of(path, None, {})


@put("/learning-paths/{path_id:str}", policy=AUTHOR, tags=_TAGS, summary="Change a learning path", also={409})
async def change_path(
    path_id: FromPath[str], data: JSONBody[wire.LearningPathChanges], edit_learning_paths: Edits
) -> wire.LearningPathRow:
    """Holds for who has the path, too: what is open by now is opened, and due dates become earlier, never later."""
    path = await edit_learning_paths.change(uuid_or(LearningPathNotFound, path_id), data.values(), data.path_courses())
    return wire.LearningPathRow.of(path, None, {})


@delete("/learning-paths/{path_id:str}", policy=AUTHOR, tags=_TAGS, summary="Delete a learning path")
async def remove_path(path_id: FromPath[str], edit_learning_paths: Edits) -> None:
    """A path that somebody has is deactivated instead."""
    await edit_learning_paths.remove(uuid_or(LearningPathNotFound, path_id))


@post("/learning-paths/{path_id:str}/enroll", status_code=200, policy=SIGNED_IN, tags=_TAGS, summary="Take a path")
async def take_path(
    *,
    request: Asked,
    path_id: FromPath[str],
    assign_learning_path: NamedDependency[SkipValidation[AssignLearningPath]],
    learning_path_queries: Queries,
    prerequisite_queries: Prerequisites,
) -> wire.LearningPathRow:
    """Enrolls the caller in courses that are open from the beginning, and in the others as they open; idempotent."""
    path = uuid_or(LearningPathNotFound, path_id)
    await assign_learning_path(path, Assignees(user_ids=(request.user.id,)), tells=False)
    found = await learning_path_queries.path(request.user.id, path)
    return (await _rows(request.user, [found], prerequisite_queries))[0]


@delete("/learning-paths/{path_id:str}/enroll", policy=SIGNED_IN, tags=_TAGS, summary="Leave a path", also={409})
async def leave_path(
    request: Asked,
    path_id: FromPath[str],
    leave_learning_path: NamedDependency[SkipValidation[LeaveLearningPath]],
) -> None:
    """Nothing more opens by it; the courses that were opened stay as they are. One that is assigned can not be left."""
    await leave_learning_path(request.user.id, uuid_or(LearningPathNotFound, path_id))


@put(
    "/admin/learning-paths/{path_id:str}/assignees", policy=TRAINING, tags=_TAGS, summary="Assign a path to many users"
)
async def assign_path(
    path_id: FromPath[str],
    data: JSONBody[wire.PathAssignees],
    assign_learning_path: NamedDependency[SkipValidation[AssignLearningPath]],
) -> wire.AssignedPathRow:
    """Who has the path keeps the moment from which their due dates count."""
    users: tuple[UUID, ...] | None = None if data.user_ids is None else tuple(dict.fromkeys(data.user_ids))
    assignees = Assignees(user_ids=users, department=data.department, station_id=data.station_id)
    since = data.assigned_at
    since = since.replace(tzinfo=UTC) if since and since.tzinfo is None else since
    counts = await assign_learning_path(uuid_or(LearningPathNotFound, path_id), assignees, since)
    return to_wire(counts, wire.AssignedPathRow)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_paths,
    show_path,
    make_path,
    change_path,
    remove_path,
    take_path,
    leave_path,
    assign_path,
)
