"""The pages to sign in on: name and password, then the second factor of who has one."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.errors import NotSignedIn, TooMany
from atg_core.identity.second_factor import InvalidCode, SecondFactorRequired
from atg_core.identity.second_factor_sign_in import CompleteSignIn
from atg_core.identity.sign_in import SignIn, SignOut
from atg_entrypoints.console.forms import CLEAN, Form, own_path, text_of
from atg_entrypoints.console.identity.arrivals import (
    HOME,
    SIGN_IN,
    arriving_at,
    code_again,
    not_signed_in,
    second_step,
    signed_in,
    ways_in,
)
from atg_entrypoints.console.pages import AnyRequest, led_to, page
from atg_entrypoints.console.sessions import ended_cookies, refresh_cookie
from atg_entrypoints.http.policy import PUBLIC

NextQuery = Annotated[str, QueryParameter(name="next", max_length=2_000)]


@get("/sign-in", policy=PUBLIC)
async def show_sign_in(request: AnyRequest, after: NextQuery = HOME) -> Response[str]:
    values = {**ways_in(request, own_path(after, HOME)), **CLEAN, "login": ""}
    return page(request, "identity/sign_in", values)


@post("/sign-in", policy=PUBLIC, status_code=HTTPStatus.OK)
async def sign_in_here(
    request: AnyRequest, data: Form, sign_in: NamedDependency[SkipValidation[SignIn]]
) -> Response[Any]:
    login, after = text_of(data, "login").strip(), own_path(text_of(data, "next"), HOME)
    arriving = arriving_at(request)
    try:
        tokens, account = await sign_in(login, text_of(data, "password"), arriving.device)
    except SecondFactorRequired as error:
        return second_step(request, error, after)
    except (NotSignedIn, TooMany) as error:
        return not_signed_in(request, error, after, login)
    return signed_in(request, arriving, tokens, account, after)


@get("/second-factor", policy=PUBLIC)
async def begin_again() -> Response[Any]:
    """A step that can not be opened by its address."""
    return led_to(SIGN_IN)


@post("/second-factor", policy=PUBLIC, status_code=HTTPStatus.OK)
async def enter_code(
    request: AnyRequest, data: Form, complete_sign_in: NamedDependency[SkipValidation[CompleteSignIn]]
) -> Response[Any]:
    ticket, after = text_of(data, "ticket"), own_path(text_of(data, "next"), HOME)
    arriving = arriving_at(request)
    try:
        tokens, account = await complete_sign_in(ticket, text_of(data, "code").strip(), arriving.device)
    except InvalidCode as error:
        return code_again(request, ticket, after, error.template)
    except (NotSignedIn, TooMany) as error:
        return not_signed_in(request, error, after)
    return signed_in(request, arriving, tokens, account, after)


@post("/sign-out", policy=PUBLIC, status_code=HTTPStatus.OK)
async def sign_out_here(request: AnyRequest, sign_out: NamedDependency[SkipValidation[SignOut]]) -> Response[Any]:
    if token := request.cookies.get(refresh_cookie(request)):
        await sign_out(token)
    return led_to(SIGN_IN, ended_cookies(request))


HANDLERS: Sequence[BaseRouteHandler] = (show_sign_in, sign_in_here, begin_again, enter_code, sign_out_here)
