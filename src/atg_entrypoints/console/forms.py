"""What forms send: `application/x-www-form-urlencoded`, read once, a field at a time; and a refused form again."""

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Response
from litestar.enums import RequestEncodingType
from litestar.params import Body
from msgspec import Struct, convert

from atg_core.errors import AtgError, Conflict, Forbidden, Invalid, TooMany, Unavailable
from atg_core.text import composed
from atg_entrypoints.console.pages import AnyRequest, message_of, page, seconds_to_wait
from atg_entrypoints.http.errors import status_of
from atg_entrypoints.value_faults import faults_of

_MOST_DIGITS = 9

Form = Annotated[dict[str, str | list[str]], Body(media_type=RequestEncodingType.URL_ENCODED)]


Refusals = (Invalid, Conflict, Forbidden, TooMany, Unavailable)
"""What is told on the form again, whose other values are kept."""


def text_of(form: dict[str, str | list[str]], name: str) -> str:
    """The last value of a field; empty if it was not sent."""
    value = form.get(name, "")
    return value if isinstance(value, str) else value[-1]


def texts_of(form: dict[str, str | list[str]], name: str) -> list[str]:
    """All values of a field that may be sent more than once."""
    value = form.get(name, [])
    return [value] if isinstance(value, str) else value


def own_path(path: str, otherwise: str) -> str:
    """A path below `/app/`, so that nobody is led elsewhere after signing in."""
    is_own = path.startswith("/app/") and not any(each in path for each in ("//", "\\", "..")) and path.isprintable()
    return path if is_own else otherwise


def line_of(form: dict[str, str | list[str]], name: str) -> str | None:
    """A text as it is kept, without white space around it; None if there is none. Not for passwords."""
    return composed(text_of(form, name).replace("\r\n", "\n").strip()) or None


def number_of(text: str) -> int | str | None:
    """A whole number as the API takes it; whatever else it is stays as it is, and is refused."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else text or None


def checked[Wire: Struct](kind: type[Wire], values: Mapping[str, Any]) -> Wire:
    """The values as the body that the API takes. Raises Invalid with every fault."""
    if faults := list(faults_of(values, kind, "")):
        raise Invalid(faults=faults)
    return convert(values, kind)


def form_again(
    request: AnyRequest, name: str, values: Mapping[str, Any], error: AtgError, *, prefix: str = ""
) -> Response[str]:
    """The page with the form: what is wrong stands beside its fields, and whatever is about none of them above it.

    `prefix`: of the names of its fields, where the page has several forms.
    """
    faults = {f"{prefix}{fault.field}": message_of(request, fault) for fault in error.faults}
    seconds = seconds_to_wait(error)
    told = {"faults": faults, "told": "" if faults else message_of(request, error), "seconds": seconds}
    headers = {"Retry-After": str(seconds)} if seconds else {}
    return page(request, name, {**values, **told}, status=status_of(error), headers=headers)


CLEAN: Mapping[str, Any] = {"faults": {}, "told": "", "seconds": None}
"""What a form says of faults before it was sent."""
