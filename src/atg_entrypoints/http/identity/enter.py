"""Combined sign-in and sign-up."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from litestar import Request, Response, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, SkipValidation
from msgspec import Meta, Struct

from atg_core.clock import Clock
from atg_core.identity.enter import ROLE_CHOICE_LIFETIME, Enter, RoleChoices
from atg_core.identity.model import Role
from atg_core.text import canonical_email
from atg_entrypoints.http.identity.second_factor import TICKET_REPLY, TICKET_RESPONSE
from atg_entrypoints.http.identity.sign_in_response import SignInRequest
from atg_entrypoints.http.identity.wire import SignedInReply
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.http.wire import EMAIL
from atg_entrypoints.settings import Settings

_TAGS = ["identity"]
_ROLE_COOKIE = "atg_role"

type ChosenRole = Annotated[Literal["teacher", "student"], Meta(description="Nobody chooses another one")]


class RoleChoice(Struct, frozen=True, kw_only=True):
    role: ChosenRole


class Entering(Struct, frozen=True, kw_only=True):
    """`role`: for an unknown email, if it was not chosen before; of an account that is there it changes nothing."""

    email: Annotated[str, Meta(min_length=1, max_length=254, pattern=EMAIL, examples=["anna@example.com"])]
    password: Annotated[str, Meta(min_length=1, max_length=1024)]
    role: ChosenRole | None = None


@post(
    "/auth/role",
    status_code=204,
    policy=PUBLIC,
    tags=_TAGS,
    summary="Choose a role before entering",
    instead={204: ResponseSpec(None, description="Remembered, in a cookie")},
)
async def choose_role(
    data: JSONBody[RoleChoice],
    role_choices: NamedDependency[SkipValidation[RoleChoices]],
    settings: NamedDependency[SkipValidation[Settings]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> Response[None]:
    """The browser remembers it for ten minutes, in a cookie."""
    cookie = _role_cookie(role_choices.signed(Role(data.role), clock()), settings)
    return Response(None, status_code=204, cookies=[cookie])


@post(
    "/auth/enter",
    policy=PUBLIC,
    tags=_TAGS,
    summary="Sign in, or up",
    idempotency_key=False,
    instead={
        200: ResponseSpec(SignedInReply, generate_examples=False, description="Signed in: the account was there"),
        **TICKET_RESPONSE,
    },
    exception_handlers=TICKET_REPLY,
)
async def enter_by_email(
    request: Request[Any, Any, Any],
    data: JSONBody[Entering],
    enter: NamedDependency[SkipValidation[Enter]],
    *,
    role_choices: NamedDependency[SkipValidation[RoleChoices]],
    settings: NamedDependency[SkipValidation[Settings]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> Response[SignedInReply]:
    """200 for an email that has an account, 201 for one that has got it now; the link in a mail confirms the email."""
    sign_in_request = SignInRequest(request)
    role = Role(data.role) if data.role else chosen_role(request, role_choices, clock)
    tokens, account, made = await enter(canonical_email(data.email), data.password, role, sign_in_request.device)
    reply = sign_in_request.response(tokens, account, status=201 if made else 200)
    delete_role_cookie(request, reply, settings)
    return reply


def chosen_role(request: Request[Any, Any, Any], choices: RoleChoices, clock: Clock) -> Role | None:
    """The role in the cookie of `POST /auth/role`."""
    return choices.role(request.cookies.get(_ROLE_COOKIE, ""), clock())


def delete_role_cookie(request: Request[Any, Any, Any], reply: Response[Any], settings: Settings) -> None:
    """Deletes the role cookie."""
    if _ROLE_COOKIE in request.cookies:
        reply.set_cookie(_role_cookie("", settings))


def _role_cookie(value: str, settings: Settings) -> Cookie:
    """An empty value deletes the cookie."""
    return Cookie(
        key=_ROLE_COOKIE,
        value=value,
        path="/auth",
        max_age=int(ROLE_CHOICE_LIFETIME.total_seconds()) if value else 0,
        httponly=True,
        samesite="lax",
        secure=settings.base_url.startswith("https:"),
    )


HANDLERS: Sequence[BaseRouteHandler] = (choose_role, enter_by_email)
