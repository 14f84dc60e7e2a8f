"""The frame of HTML pages behind the links in emails, for use without a frontend."""

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Any

from litestar import Request, Response
from litestar.openapi.datastructures import ResponseSpec

from atg_core.words import Words
from atg_entrypoints.http.locale import language_of

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1.1rem/1.5 sans-serif;max-width:30rem;margin:4rem auto;padding:0 1rem;"
    "background:#fff;color:#1d2733;overflow-wrap:break-word}"
    "input,button{font:inherit;box-sizing:border-box;width:100%;padding:.6rem;margin:.4rem 0 1rem}"
    "button{background:#184e8e;color:#fff;border:0;border-radius:6px}"
    "form+form button{background:none;color:inherit;border:1px solid}"
    "[role=alert]{color:#a11}"
    "@media(prefers-color-scheme:dark){body{background:#14181d;color:#e4e8ed}[role=alert]{color:#ff9b9b}}"
)
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
# The token in the URL must not be cached, nor sent as a referrer.
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
_PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
<h1>{title}</h1>
{content}
</html>
"""


HTML = "text/html"


def page_of(description: str) -> ResponseSpec:
    """What the OpenAPI document says of a page that is answered in place of a problem document."""
    return ResponseSpec(str, media_type=HTML, generate_examples=False, description=description)


class PageWords:
    """The catalogue in the language that a browser asks for, Russian by default; called with a sentence, gives HTML."""

    def __init__(self, request: Request[Any, Any, Any]) -> None:
        self.language = language_of(request.headers.get("accept-language", ""))
        self._words: Words = request.app.state["container"].words()

    def __call__(self, template: str, /, **parameters: object) -> str:
        return escape(self._words.text(template, self.language, **parameters), quote=False)


def page(translate: PageWords, title: str, content: str, *, status: int = 200) -> Response[str]:
    """`title` and `content` are HTML."""
    text = _PAGE.format(language=translate.language, title=title, style=_STYLE, content=content)
    return Response(text, status_code=status, media_type=HTML, headers=HEADERS)
