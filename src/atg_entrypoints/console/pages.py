"""How a page is made: a template, the words of its language, and who looks at it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Request, Response
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import HTTPReceiveMessage, HTTPScope, Send
from markdown_it import MarkdownIt
from markupsafe import Markup

from atg_core.errors import AtgError, Fault, NotSignedIn, TooMany, Unavailable
from atg_core.words import Language, phrase
from atg_entrypoints.console.menu import in_bar_and_behind, menu_of
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.console.static_files import StaticFiles
from atg_entrypoints.http.errors import RETRY_SECONDS, log_bug, status_of
from atg_entrypoints.http.locale import language_of
from atg_entrypoints.http.problem import ProblemResponse
from atg_entrypoints.http.time_zone import zone_of_reader

THEMES = {"light", "dark"}
_SAFE = {"GET", "HEAD"}
_A_YEAR = 365 * 86_400
_TEMPLATES = Path(__file__).parent / "templates"
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TITLES = {
    HTTPStatus.NOT_FOUND: phrase("There is no such page"),
    HTTPStatus.FORBIDDEN: phrase("You are not allowed to see this"),
    HTTPStatus.CONFLICT: phrase("This can not be done now"),
    HTTPStatus.TOO_MANY_REQUESTS: phrase("Too many requests"),
    HTTPStatus.SERVICE_UNAVAILABLE: phrase("The service is away for a moment"),
}
_OTHER_TITLE = phrase("That did not work")

AnyRequest = Request[Any, Any, Any]

static_files = StaticFiles()


def _static(name: str) -> str:
    return f"{PREFIX}/static/{static_files.version}/{name}"


def _number(value: Decimal | float | None, language: Language) -> str:
    if value is None:
        return ""
    text = f"{Decimal(value):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if language is Language.RU else text


def _day(value: date | None, language: Language, zone: tzinfo) -> str:
    """Of an instant the day in the zone."""
    if value is None:
        return ""
    day = value.astimezone(zone) if isinstance(value, datetime) else value
    return f"{day:%d.%m.%Y}" if language is Language.RU else f"{day.day} {day:%b %Y}"


def _time(value: datetime, zone: tzinfo) -> str:
    return f"{value.astimezone(zone):%H:%M}"


def _moment(value: datetime | None, language: Language, zone: tzinfo) -> str:
    return f"{_day(value, language, zone)} {value.astimezone(zone):%H:%M}" if value else ""


def _environment() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    pages.globals["static"] = _static
    pages.filters["markdown"] = shown_markdown
    return pages


def shown_markdown(text: str | None) -> Markup:
    """HTML in a text is shown as it was written; links lead to the web alone (the library refuses other schemes)."""
    return Markup(_MARKDOWN.render(text or ""))  # noqa: S704 - HTML is off


_pages = _environment()


def language_for(request: AnyRequest) -> Language:
    """The one that was chosen, else the browser's, else Russian."""
    chosen = Language.of(request.cookies.get("atg_language"))
    return chosen or language_of(request.headers.get("accept-language", ""))


def kept_cookie(request: AnyRequest, name: str, value: str) -> Cookie:
    """What was chosen, language or theme, for a year."""
    is_secure = request.url.scheme == "https"
    return Cookie(key=f"atg_{name}", value=value, path=PREFIX, max_age=_A_YEAR, samesite="lax", secure=is_secure)


def is_part(request: AnyRequest) -> bool:
    """Whether a page asks for a part of itself."""
    return request.headers.get("hx-request") == "true"


def page(
    request: AnyRequest,
    name: str,
    values: Mapping[str, Any],
    *,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Response[str]:
    """`name`: of a template; `name#block` only that block of it, for who swaps a part of a page."""
    template, _, block = name.partition("#")
    made = _pages.get_template(f"{template}.html")
    known = {**_known(request), **values}
    text = "".join(made.blocks[block](made.new_context(known))) if block else made.render(known)
    kept = {"Cache-Control": "no-store", "Vary": "HX-Request"}
    return Response(text, status_code=status, media_type="text/html", headers={**kept, **(headers or {})})


def _known(request: AnyRequest) -> dict[str, Any]:
    """What every template can use."""
    container, language = request.app.state["container"], language_for(request)
    words, settings, caller = container.words(), container.settings(), request.scope.get("user")
    theme, zone = request.cookies.get("atg_theme"), zone_of_reader(request)
    return {
        "_": lambda template, **parameters: words.text(template, language, **parameters),
        "number": lambda value: _number(value, language),
        "day": lambda value: _day(value, language, zone),
        "time_of_day": lambda value: _time(value, zone),
        "moment": lambda value: _moment(value, language, zone),
        # The console may be looked at by another name than that in the settings.
        "here": lambda url: url.removeprefix(settings.base_url),
        "language": language.value,
        "theme": theme if theme in THEMES else "",
        "is_dense": request.cookies.get("atg_density") == "dense",
        "user": caller,
        "reader_zone": zone.key,
        "menu": in_bar_and_behind(menu_of(caller, settings.contexts)) if caller else ([], []),
        "has_notices": "notices" in settings.contexts,
        "path": request.url.path,
        # Where one is led back after choosing language or theme; a page that answers a form names another one.
        "back": _target(request),
    }


def led_to(path: str, cookies: Sequence[Cookie] = ()) -> Redirect:
    """The way on after a form: its page is asked for by GET (RFC 9110, section 15.4.4)."""
    return Redirect(path, status_code=303, cookies=list(cookies))


def _target(request: AnyRequest) -> str:
    """The path and the query (RFC 9112, section 3.2.1)."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def sign_in_page(request: AnyRequest) -> Redirect:
    """Leads to the page to sign in on, and back from there."""
    return led_to(f"{PREFIX}/sign-in?next={quote(_target(request))}")


def message_of(request: AnyRequest, what: AtgError | Fault) -> str:
    """The message in the language of the page."""
    words = request.app.state["container"].words()
    text: str = words.text(what.template, language_for(request), **what.parameters)
    return text


def seconds_to_wait(error: AtgError) -> int | None:
    """What `Retry-After` says (RFC 9110, section 10.2.3)."""
    if isinstance(error, TooMany):
        return error.retry_after
    return RETRY_SECONDS if isinstance(error, Unavailable) else None


def refused(request: AnyRequest, error: AtgError) -> Response[Any]:
    """A refusal as people read it: the way to sign in, a page, or a line of a page that is there already."""
    if isinstance(error, NotSignedIn):
        if is_part(request):
            return Response(None, status_code=HTTPStatus.OK, headers={"HX-Redirect": f"{PREFIX}/sign-in"})
        return sign_in_page(request)
    return _refusal(request, status_of(error), message_of(request, error), seconds_to_wait(error))


def refused_by_http(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """What Litestar refuses: paths, methods and forms that are no forms."""
    return _refusal(request, HTTPStatus(error.status_code), "", None)


def broken(request: AnyRequest, error: Exception) -> Response[Any]:
    """A fault of ours, which the log tells."""
    log_bug(error)
    return _refusal(request, HTTPStatus.INTERNAL_SERVER_ERROR, "", None)


async def send_refusal(api: Litestar, scope: HTTPScope, send: Send, reply: ProblemResponse) -> None:
    """The page of what is refused before a request gets to its route."""
    request: AnyRequest = Request({**scope, "litestar_app": api, "state": {}})
    what, seconds = reply.refusal, reply.headers.get("Retry-After")
    text = api.state["container"].words().text(what.template, language_for(request), **what.parameters)
    made = _refusal(request, what.status, text, int(seconds) if seconds else None)
    await made.to_asgi_response(None, request)(scope, _nothing_more, send)


async def _nothing_more() -> HTTPReceiveMessage:
    """What a response hears of the client."""
    return {"type": "http.disconnect"}


def _refusal(request: AnyRequest, status: HTTPStatus, text: str, seconds: int | None) -> Response[str]:
    headers = {"Retry-After": str(seconds)} if seconds else {}
    name = "refused#message" if is_part(request) else "refused"
    title = _TITLES.get(status, _OTHER_TITLE)
    values = {"title": title, "text": text, "seconds": seconds, "is_form": request.method not in _SAFE}
    return page(request, name, values, status=status, headers=headers)
