"""Resuming: how far the caller is in a video or document."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import Meta, Struct

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.materials import FilePosition, MaterialQueries, MaterialType, Viewing, ViewMaterial
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import NO_NUL, Instant, to_wire

_TAGS = ["existing frontend"]

type Key = Annotated[str, Meta(min_length=1, max_length=1000, pattern=NO_NUL)]
type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Seconds = Annotated[float, Meta(ge=0, le=10**9)]


class PositionSent(Struct, frozen=True, kw_only=True):
    """Positions and durations in seconds, as a player counts them. `progress_percent` counts without a duration."""

    course_program_id: Serial
    material_key: Key
    material_type: MaterialType = MaterialType.VIDEO
    position_seconds: Seconds = 0
    duration_seconds: Seconds | None = None
    progress_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    is_completed: bool = False

    def viewing(self) -> Viewing:
        return Viewing.at(
            self.material_type,
            self.position_seconds,
            self.duration_seconds,
            self.progress_percent,
            is_completed=self.is_completed,
        )


class PositionSaved(Struct, frozen=True, kw_only=True):
    id: UUID
    material_key: str
    position_seconds: int
    duration_seconds: int | None
    progress_percent: int
    is_completed: bool
    last_viewed_at: Instant


class PositionSavedReply(Struct, frozen=True, kw_only=True):
    success: bool = True
    data: PositionSaved


class PositionOfKey(Struct, frozen=True, kw_only=True):
    id: UUID
    course_program_id: int
    material_type: MaterialType
    lesson_id: int
    topic_id: int
    position_seconds: int
    duration_seconds: int | None
    progress_percent: int
    is_completed: bool
    last_viewed_at: Instant


class PositionRow(PositionOfKey, frozen=True, kw_only=True):
    material_key: str


class PositionReply(Struct, frozen=True, kw_only=True):
    data: PositionRow | None
    found: bool


class KeysAsked(Struct, frozen=True, kw_only=True):
    material_keys: Annotated[list[Key], Meta(max_length=1_000)] = []
    course_program_id: Serial | None = None


class PositionsReply(Struct, frozen=True, kw_only=True):
    """By key; `found`: how many."""

    data: dict[str, PositionOfKey]
    found: int


@post(
    "/courses/progress/save",
    status_code=200,
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Save a position in a file",
    also={404},
)
async def save_position(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[PositionSent],
    view_material: NamedDependency[SkipValidation[ViewMaterial]],
) -> PositionSavedReply:
    """From 95 % on the file is completed, and stays so."""
    saved = await view_material.save(request.user.id, data.course_program_id, data.material_key, data.viewing())
    return PositionSavedReply(data=to_wire(saved, PositionSaved))


@post(
    "/courses/progress/batch", status_code=200, policy=SIGNED_IN, tags=_TAGS, summary="The caller's positions in files"
)
async def show_positions(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[KeysAsked],
    material_queries: NamedDependency[SkipValidation[MaterialQueries]],
) -> PositionsReply:
    """Files without a position are left out."""
    keys = set(data.material_keys)
    found = await material_queries.positions(request.user.id, keys, data.course_program_id) if keys else []
    latest: dict[str, FilePosition] = {}
    for position in found:
        latest.setdefault(position.material_key, position)
    return PositionsReply(
        data={key: to_wire(position, PositionOfKey) for key, position in latest.items()}, found=len(latest)
    )


@get("/courses/progress/{material_key:path}", policy=SIGNED_IN, tags=_TAGS, summary="The caller's position in a file")
async def show_position(
    request: Request[Caller, AccessClaims, Any],
    material_key: FromPath[str],
    material_queries: NamedDependency[SkipValidation[MaterialQueries]],
    course_program_id: Annotated[
        int | None, QueryParameter(ge=1, le=2**31 - 1, description="Of several programs with this file: which")
    ] = None,
) -> PositionReply:
    found = await material_queries.positions(request.user.id, [material_key.strip("/")], course_program_id)
    return PositionReply(data=to_wire(found[0], PositionRow) if found else None, found=bool(found))


HANDLERS: Sequence[BaseRouteHandler] = (save_position, show_positions, show_position)
