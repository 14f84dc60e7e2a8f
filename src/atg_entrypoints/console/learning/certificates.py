"""Certificates, checked by their number and code by whoever is shown one."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.clock import Clock
from atg_core.learning.certificates import CertificateNotFound, CertificateQueries
from atg_entrypoints.console.pages import AnyRequest, led_to, page
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.policy import ANYONE

Code = Annotated[str, QueryParameter(max_length=64)]
Number = Annotated[str, QueryParameter(max_length=20)]


@get("/certificates", policy=ANYONE)
async def find_certificate(request: AnyRequest, number: Number = "", code: Code = "") -> Response[Any]:
    """The form; with a number the page of that certificate."""
    if number.strip():
        return led_to(f"{PREFIX}/certificates/{_number(number.strip())}?code={_plain(code.strip())}")
    return page(request, "learning/certificate_check", {"number": "", "code": "", "is_unknown": False})


@get("/certificates/{number:str}", policy=ANYONE)
async def show_certificate(
    request: AnyRequest,
    number: FromPath[str],
    certificate_queries: NamedDependency[SkipValidation[CertificateQueries]],
    clock: NamedDependency[SkipValidation[Clock]],
    code: Code = "",
) -> Response[str]:
    """Whose it is and whether it is valid; the form once more where number and code are of none."""
    try:
        found = await certificate_queries.certificate(_number(number), _plain(code))
    except CertificateNotFound:
        values = {"number": number, "code": code, "is_unknown": True}
        return page(request, "learning/certificate_check", values, status=HTTPStatus.NOT_FOUND)
    return page(request, "learning/certificate", {"found": found, "code": code, "is_valid": found.is_valid(clock())})


def _number(text: str) -> str:
    """Raises CertificateNotFound for a malformed number."""
    if len(text) > 20 or not _plain(text).replace("-", ""):
        raise CertificateNotFound
    return _plain(text)


def _plain(text: str) -> str:
    """Without what neither numbers nor codes have, so that it can stand in an address."""
    return "".join(letter for letter in text if letter.isascii() and (letter.isalnum() or letter in "-_"))


HANDLERS: Sequence[BaseRouteHandler] = (find_certificate, show_certificate)
