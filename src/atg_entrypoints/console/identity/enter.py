"""Signing in or up on one page, with the choice of a role; absent where nobody opens an account by themselves."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.errors import Invalid, NotFound, NotSignedIn, TooMany
from atg_core.identity.enter import Enter
from atg_core.identity.model import Role
from atg_core.identity.second_factor import SecondFactorRequired
from atg_core.text import canonical_email
from atg_entrypoints.console.forms import CLEAN, Form, checked, form_again, own_path, text_of
from atg_entrypoints.console.identity.arrivals import HOME, arriving_at, second_step, signed_in, ways_in
from atg_entrypoints.console.identity.asked import ACCOUNT
from atg_entrypoints.console.identity.sign_in import NextQuery
from atg_entrypoints.console.pages import AnyRequest, page
from atg_entrypoints.http.identity.enter import Entering
from atg_entrypoints.http.policy import PUBLIC

_PAGE = "identity/enter"


@get("/enter", policy=PUBLIC)
async def show_enter(
    request: AnyRequest, after: NextQuery = HOME, role: Annotated[str, QueryParameter(max_length=20)] = ""
) -> Response[str]:
    """First who one is, if there is a choice, then the form."""
    return page(request, _PAGE, {**_values(request, own_path(after, HOME), role), **CLEAN})


@post("/enter", policy=PUBLIC, status_code=HTTPStatus.OK)
async def enter_here(request: AnyRequest, data: Form, enter: NamedDependency[SkipValidation[Enter]]) -> Response[Any]:
    """Who is new is led to the account, where the name is missing."""
    after, arriving = own_path(text_of(data, "next"), HOME), arriving_at(request)
    values = _values(request, after, text_of(data, "role"), text_of(data, "email"))
    if not values["role"]:
        return page(request, _PAGE, {**values, **CLEAN}, status=HTTPStatus.BAD_REQUEST)
    try:
        given = {"email": canonical_email(values["email"]), "password": text_of(data, "password")}
        body = checked(Entering, {**given, "role": values["role"]})
        found = await enter(body.email, body.password, Role(values["role"]), arriving.device)
    except SecondFactorRequired as error:
        return second_step(request, error, after)
    except (Invalid, NotSignedIn, TooMany) as error:
        return form_again(request, _PAGE, values, error)
    tokens, account, is_new = found
    return signed_in(request, arriving, tokens, account, ACCOUNT if is_new else after)


def _values(request: AnyRequest, after: str, role: str, email: str = "") -> dict[str, Any]:
    """`role`: the chosen one, or the only one. Raises NotFound where nobody may choose one."""
    values = ways_in(request, after)
    if not values["roles"]:
        raise NotFound
    [only, *others] = values["roles"]
    chosen = role if role in values["roles"] else "" if others else only
    return {**values, "role": chosen, "email": email.strip()}


HANDLERS: Sequence[BaseRouteHandler] = (show_enter, enter_here)
