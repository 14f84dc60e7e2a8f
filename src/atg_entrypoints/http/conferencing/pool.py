"""The pool of conference accounts, as teachers see it (spec: schedule, The pool)."""

from collections.abc import Sequence

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation
from msgspec import Struct

from atg_core.clock import Clock
from atg_core.conferencing.ports import ConferencingQueries
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import Instant, to_wire


class PoolReply(Struct, frozen=True, kw_only=True):
    """`places`: lessons that can be live at once; `free`: how many more just now.

    `free_at`: where none is free, when a lesson that holds a place ends.
    """

    places: int
    free: int
    free_at: Instant | None


@get("/schedule/pool", no_store=True, policy=TEACHER, tags=["lessons, live"], summary="Can a lesson be started now")
async def show_pool(
    conferencing_queries: NamedDependency[SkipValidation[ConferencingQueries]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> PoolReply:
    """What is free may be taken by another teacher before a start."""
    return to_wire(await conferencing_queries.pool_state(clock()), PoolReply)


HANDLERS: Sequence[BaseRouteHandler] = (show_pool,)
