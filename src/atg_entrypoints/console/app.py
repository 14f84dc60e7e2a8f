"""The console's routes, and the application that serves them beside the API."""

from collections.abc import Collection, Sequence

from litestar import Response, Router, get
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.types import ASGIApp, HTTPScope, Send

from atg_core.errors import AtgError, NotFound
from atg_entrypoints.console import administration, events, home
from atg_entrypoints.console.campaigns import assets, records, totals
from atg_entrypoints.console.catalog import (
    bank,
    banks,
    course,
    deletion,
    lesson,
    paths,
    program,
    station_parts,
    topic,
    topic_files,
)
from atg_entrypoints.console.catalog import courses as catalog_courses
from atg_entrypoints.console.catalog import stations as catalog_stations
from atg_entrypoints.console.catalog import tests as catalog_tests
from atg_entrypoints.console.gradebook import (
    columns,
    control_points,
    grades,
    grid,
    history,
    progress,
    student,
    student_row,
)
from atg_entrypoints.console.homework import builder, lists, marking, one, sheet
from atg_entrypoints.console.identity import (
    account,
    credentials,
    devices,
    email_links,
    enter,
    look,
    oauth,
    second_factor,
    sign_in,
)
from atg_entrypoints.console.importing import imports
from atg_entrypoints.console.learning import catalog, certificates, courses, tests
from atg_entrypoints.console.notices import notices
from atg_entrypoints.console.notices import settings as notice_settings
from atg_entrypoints.console.pages import AnyRequest, broken, refused, refused_by_http, send_refusal, static_files
from atg_entrypoints.console.schedule import (
    attendance,
    calendar,
    days,
    free_days,
    group,
    group_students,
    groups,
    handover,
    invitation_links,
    joining,
    lessons,
    live,
    planning,
    rules,
    term,
)
from atg_entrypoints.console.sessions import PREFIX, ConsoleSessions
from atg_entrypoints.console.shop import courses as shop_courses
from atg_entrypoints.console.shop import customers, messages, promo_codes, sales, tickets
from atg_entrypoints.console.shop import lessons as shop_lessons
from atg_entrypoints.console.training import assigning, assignments, late, managers, matrix, people, reminders
from atg_entrypoints.console.training import certificates as issued_certificates
from atg_entrypoints.container import Container
from atg_entrypoints.http.app import create_api, finished, limited
from atg_entrypoints.http.identity import HASHING_PATHS
from atg_entrypoints.http.policy import ANYONE, PUBLIC
from atg_entrypoints.http.problem import ProblemResponse, send_problem
from atg_entrypoints.settings import Context, Settings

_PAGES: Sequence[tuple[Context, Sequence[BaseRouteHandler]]] = (
    ("identity", sign_in.HANDLERS),
    ("identity", look.HANDLERS),
    ("identity", [*enter.HANDLERS, *oauth.HANDLERS, *email_links.HANDLERS]),
    ("identity", [*account.HANDLERS, *credentials.HANDLERS, *devices.HANDLERS, *second_factor.HANDLERS]),
    ("identity", administration.HANDLERS),
    ("conferencing", administration.POOL_HANDLERS),
    ("identity", imports.HANDLERS),
    ("gradebook", progress.HANDLERS),
    ("catalog", [*catalog_courses.HANDLERS, *course.HANDLERS, *program.HANDLERS, *deletion.HANDLERS]),
    ("catalog", [*lesson.HANDLERS, *topic.HANDLERS, *topic_files.HANDLERS, *catalog_tests.HANDLERS]),
    ("catalog", [*catalog_stations.HANDLERS, *station_parts.HANDLERS, *banks.HANDLERS, *bank.HANDLERS]),
    ("learning", courses.HANDLERS),
    ("learning", catalog.HANDLERS),
    ("learning", tests.HANDLERS),
    ("learning", certificates.HANDLERS),
    ("learning", [*people.HANDLERS, *assigning.HANDLERS, *assignments.HANDLERS]),
    (
        "learning",
        [*late.HANDLERS, *reminders.HANDLERS, *matrix.HANDLERS, *issued_certificates.HANDLERS, *managers.HANDLERS],
    ),
    ("learning", paths.HANDLERS),
    ("schedule", [*groups.HANDLERS, *group.HANDLERS, *group_students.HANDLERS]),
    ("schedule", [*joining.HANDLERS, *invitation_links.HANDLERS, *handover.HANDLERS]),
    ("gradebook", student.HANDLERS),
    ("schedule", [*calendar.HANDLERS, *planning.HANDLERS, *lessons.HANDLERS, *rules.HANDLERS, *days.HANDLERS]),
    ("schedule", [*free_days.HANDLERS, *term.HANDLERS]),
    ("conferencing", live.HANDLERS),
    ("gradebook", attendance.HANDLERS),
    ("gradebook", [*grid.HANDLERS, *columns.HANDLERS, *student_row.HANDLERS, *history.HANDLERS]),
    ("gradebook", [*control_points.HANDLERS, *grades.HANDLERS]),
    ("homework", [*lists.HANDLERS, *builder.HANDLERS, *one.HANDLERS]),
    ("homework", [*sheet.HANDLERS, *marking.HANDLERS]),
    ("campaigns", [*totals.HANDLERS, *assets.HANDLERS, *records.HANDLERS]),
    ("shop", [*sales.HANDLERS, *shop_lessons.HANDLERS, *shop_courses.HANDLERS]),
    ("shop", [*customers.HANDLERS, *promo_codes.HANDLERS, *tickets.HANDLERS, *messages.HANDLERS]),
    ("notices", [*notices.HANDLERS, *notice_settings.HANDLERS]),
)
_A_YEAR = 365 * 86_400
_HASHING = HASHING_PATHS | {
    f"{PREFIX}{path}"
    for handler in (sign_in.sign_in_here, enter.enter_here, email_links.set_new_password)
    for path in handler.paths
}
"""Anybody may have a password hashed by a `POST` to these."""


@get("/static/{version:str}/{name:path}", policy=PUBLIC, unlimited=True)
async def show_static(request: AnyRequest, version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """For good, since its address changes with it; of another version it is the present one, asked for each time."""
    file = await static_files.find(name.lstrip("/"))
    if file is None:
        raise NotFound
    is_present = version == static_files.version
    headers = {
        "Cache-Control": f"public, max-age={_A_YEAR}, immutable" if is_present else "no-cache",
        "Vary": "Accept-Encoding",
    }
    content = file.content
    if file.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = file.compressed, "gzip"
    return Response(content, media_type=file.media_type, headers=headers)


@get("/{path:path}", policy=ANYONE)
async def show_nothing(path: FromPath[str]) -> None:  # noqa: ARG001 - it names no page
    raise NotFound


def create_routes(contexts: Collection[Context]) -> Router:
    """The pages of these contexts."""
    pages = [handler for context, handlers in _PAGES if context in contexts for handler in handlers]
    if home.CONTEXTS & set(contexts):
        pages += home.HANDLERS
    if (home.CONTEXTS | {"notices"}) & set(contexts):
        pages += events.HANDLERS
    return Router(
        PREFIX,
        route_handlers=[*pages, show_static, show_nothing],
        exception_handlers={
            AtgError: refused,
            HTTPException: refused_by_http,
            ValidationException: refused_by_http,
            Exception: broken,
        },
        include_in_schema=False,
    )


def create_app(container: Container) -> ASGIApp:
    """What a server serves: the API, and the console."""
    settings: Settings = container.settings()
    static_files.read_version()
    api = create_api(container, [create_routes(settings.contexts)])

    async def refuse(scope: HTTPScope, send: Send, reply: ProblemResponse) -> None:
        """What the API refuses is a problem, also for the console's own scripts; what a form sent, a page."""
        if scope["path"].startswith(f"{PREFIX}/"):
            await send_refusal(api, scope, send, reply)
        else:
            await send_problem(scope, send, reply, container.words())

    return finished(ConsoleSessions(limited(container, api, _HASHING, refuse), container, refuse), api)
