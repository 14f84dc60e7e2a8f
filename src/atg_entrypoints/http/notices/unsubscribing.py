"""Stopping mails by the link in them (RFC 8058): the page changes nothing, its buttons do, and mail programs."""

from collections.abc import Sequence
from html import escape
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.notices.unsubscribing import Unsubscribe, UnsubscribeLinkNotFound
from atg_core.notices.wording import KIND_NAMES
from atg_entrypoints.http.pages import HTML, PageWords, page, page_of
from atg_entrypoints.http.policy import PUBLIC

_TAGS = ["notices"]
_NO_PAGE = {404: page_of("A page: no such link")}
_FORMS = """<p>{asked}</p>
<form method="post" action="/notices/unsubscribe?{query}">
<button>{these}</button>
</form>
<form method="post" action="/notices/unsubscribe/all?{query}">
<button>{everything}</button>
</form>"""

AnyRequest = Request[Any, Any, Any]
Token = Annotated[str, QueryParameter(name="token", max_length=1000)]
Unsubscribes = NamedDependency[SkipValidation[Unsubscribe]]


@get(
    "/notices/unsubscribe",
    policy=PUBLIC,
    tags=_TAGS,
    summary="The page of the link that stops mails",
    media_type=HTML,
    also={400},
    instead=_NO_PAGE,
)
async def show_unsubscribe_page(request: AnyRequest, unsubscribe: Unsubscribes, token: Token = "") -> Response[str]:
    """Changes nothing: what looks through mail follows links."""
    translate = PageWords(request)
    try:
        found = unsubscribe.unsubscribe_links.read(token)
    except UnsubscribeLinkNotFound:
        return _no_link(translate)
    names = ", ".join(translate(KIND_NAMES[kind]) for kind in sorted(found.kinds))
    content = _FORMS.format(
        asked=translate("This mail was about:") + f" {names}",
        query=escape(urlencode({"token": token})),
        these=translate("No more mails about this"),
        everything=translate("No more mails of notices at all"),
    )
    return page(translate, translate("Stop mails"), content)


@post(
    "/notices/unsubscribe",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="Stop mails of the kinds that a mail had",
    media_type=HTML,
    instead=_NO_PAGE,
    also={400},
)
async def unsubscribe_from_kinds(request: AnyRequest, unsubscribe: Unsubscribes, token: Token = "") -> Response[str]:
    """What the page's button sends, and a mail program with one click (RFC 8058), whose body is passed over."""
    return await _stop(request, unsubscribe, token, everything=False)


@post(
    "/notices/unsubscribe/all",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="Stop all mails of notices",
    media_type=HTML,
    instead=_NO_PAGE,
    also={400},
)
async def unsubscribe_from_all(request: AnyRequest, unsubscribe: Unsubscribes, token: Token = "") -> Response[str]:
    """Sets `email_notifications` of the profile to false. Mails about the account itself go on."""
    return await _stop(request, unsubscribe, token, everything=True)


async def _stop(request: AnyRequest, unsubscribe: Unsubscribe, token: str, *, everything: bool) -> Response[str]:
    translate = PageWords(request)
    try:
        await unsubscribe(token, everything=everything)
    except UnsubscribeLinkNotFound:
        return _no_link(translate)
    text = translate("It was noted. The console has what you are told as before, and there you can choose anew.")
    return page(translate, translate("No more of these mails"), f"<p>{text}</p>")


def _no_link(translate: PageWords) -> Response[str]:
    text = translate("It may have been cut off: open it from the mail once more.")
    return page(translate, translate("This link is not valid"), f"<p>{text}</p>", status=404)


HANDLERS: Sequence[BaseRouteHandler] = (show_unsubscribe_page, unsubscribe_from_kinds, unsubscribe_from_all)
