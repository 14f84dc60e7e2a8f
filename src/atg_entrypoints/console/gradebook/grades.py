"""A student's own grades and attendance in each of their groups."""

from collections.abc import Sequence

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_core.gradebook.journal import ShowOwnJournals
from atg_entrypoints.console.gradebook.asked import Asked
from atg_entrypoints.console.gradebook.cells import STATUS_WORDS
from atg_entrypoints.console.pages import page
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Paging


@get("/grades", policy=SIGNED_IN)
async def show_own_grades(
    request: Asked,
    show_own_journals: NamedDependency[SkipValidation[ShowOwnJournals]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Response[str]:
    """Newest first, with what teachers wrote beside grades."""
    journals, total = await show_own_journals(request.user.id, limit=paging.size, offset=paging.offset)
    shown = [
        (
            journal,
            journal.rows[0],
            [
                (column, cell, journal.comments.get(column.id, "") if column.kind == "control_point" else "")
                for column, cell in zip(journal.columns, journal.rows[0].cells, strict=True)
                if cell is not None
            ][::-1],
        )
        for journal in journals
    ]
    return page(request, "gradebook/grades", {"found": paging.of(shown, total), "statuses": STATUS_WORDS})


HANDLERS: Sequence[BaseRouteHandler] = (show_own_grades,)
