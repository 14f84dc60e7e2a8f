"""The second factor: the second step of a sign-in, setup and removal."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.types import ExceptionHandlersMap
from msgspec import Meta, Struct

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims, UserNotFound
from atg_core.identity.second_factor import TICKET_LIFETIME, SecondFactorRequired
from atg_core.identity.second_factor_setup import ConfirmSecondFactor, RemoveSecondFactor, SetUpSecondFactor
from atg_core.identity.second_factor_sign_in import CompleteSignIn
from atg_entrypoints.http.errors import problem_of
from atg_entrypoints.http.identity.sign_in_response import SignInRequest
from atg_entrypoints.http.identity.wire import SignedInReply
from atg_entrypoints.http.policy import ADMIN, ANYONE, PUBLIC, SIGNED_IN
from atg_entrypoints.http.problem import PROBLEM_JSON, Problem
from atg_entrypoints.http.wire import uuid_or
from atg_entrypoints.settings import Settings

_TAGS = ["identity"]
_NO_STORE = {"Cache-Control": "no-store"}
_SECONDS = int(TICKET_LIFETIME.total_seconds())

type Ticket = Annotated[str, Meta(min_length=1, max_length=200)]
type Code = Annotated[str, Meta(min_length=1, max_length=64, examples=["492039"])]
type Password = Annotated[str, Meta(min_length=1, max_length=1024)]


class TicketProblem(Problem, frozen=True, kw_only=True):
    """With `code` `second_factor_required`: the ticket, whether it is for setup alone, and its lifetime in seconds."""

    ticket: Ticket | None = None
    setup: bool | None = None
    expiresIn: Annotated[int, Meta(examples=[_SECONDS])] | None = None  # noqa: N815


class SecondStep(Struct, frozen=True, kw_only=True):
    """`code`: of the authenticator app, or a recovery code."""

    ticket: Ticket
    code: Code


class SecondFactorSetup(Struct, frozen=True, kw_only=True):
    """`password`: of who is signed in and has one; `ticket`: of who may not sign in without a second factor."""

    password: Password | None = None
    ticket: Ticket | None = None


class SecondFactorSecret(Struct, frozen=True, kw_only=True):
    """`uri`: to be shown as a QR code; `secret`: the same in base32, to be typed."""

    secret: str
    uri: Annotated[str, Meta(examples=["otpauth://totp/ATG:anna?secret=…&issuer=ATG"])]


class SecondFactorConfirmation(Struct, frozen=True, kw_only=True):
    code: Code
    ticket: Ticket | None = None


class RecoveryCodes(Struct, frozen=True, kw_only=True):
    """Shown once. Each replaces a code of the app, once."""

    recovery_codes: list[str]


class SecondFactorRemoval(Struct, frozen=True, kw_only=True):
    """`password`: of who has one."""

    code: Code
    password: Password | None = None


class SecondFactorState(Struct, frozen=True, kw_only=True):
    enabled: bool
    required: bool
    recovery_codes_left: int


def _reply(_: Request[Any, Any, Any], error: SecondFactorRequired) -> Response[Any]:
    reply = problem_of(error, ticket=error.ticket, setup=error.setup, expiresIn=_SECONDS)
    reply.headers.update(_NO_STORE)
    return reply


TICKET_REPLY: ExceptionHandlersMap = {SecondFactorRequired: _reply}
TICKET_RESPONSE: Mapping[int, ResponseSpec] = {
    401: ResponseSpec(
        TicketProblem,
        media_type=PROBLEM_JSON,
        generate_examples=False,
        description="Not signed in; with the code `second_factor_required` a ticket for `POST /auth/second-factor`",
    )
}


@post(
    "/auth/second-factor",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="Sign in: the second step",
    also={401},
)
async def complete_sign_in(
    request: Request[Any, Any, Any],
    data: JSONBody[SecondStep],
    complete_sign_in: NamedDependency[SkipValidation[CompleteSignIn]],
) -> Response[SignedInReply]:
    """The reply is that of login. A ticket has five minutes and five tries; a code works once."""
    sign_in_request = SignInRequest(request)
    reply = sign_in_request.response(*await complete_sign_in(data.ticket, data.code, sign_in_request.device))
    reply.headers.update(_NO_STORE)
    return reply


@get("/auth/second-factor", policy=SIGNED_IN, tags=_TAGS, summary="Whether there is a second factor")
async def show_second_factor(
    request: Request[Caller, AccessClaims, Any],
    set_up_second_factor: NamedDependency[SkipValidation[SetUpSecondFactor]],
    settings: NamedDependency[SkipValidation[Settings]],
) -> SecondFactorState:
    enabled, left = await set_up_second_factor.state(request.user.id)
    required = request.user.role in settings.require_second_factor
    return SecondFactorState(enabled=enabled, required=required, recovery_codes_left=left)


@post(
    "/auth/second-factor/setup",
    status_code=200,
    policy=ANYONE,
    tags=_TAGS,
    summary="Begin to set up a second factor",
    also={401, 403, 409},
)
async def set_up_my_second_factor(
    request: Request[Caller | None, AccessClaims, Any],
    data: JSONBody[SecondFactorSetup],
    set_up_second_factor: NamedDependency[SkipValidation[SetUpSecondFactor]],
) -> Response[SecondFactorSecret]:
    """A new secret; it counts once it is confirmed, within ten minutes. Needs the password, or a ticket for setup."""
    setup = await set_up_second_factor(request.user, data.ticket, data.password or "")
    return Response(SecondFactorSecret(secret=setup.secret, uri=setup.uri), headers=_NO_STORE)


@post(
    "/auth/second-factor/confirm",
    status_code=200,
    policy=ANYONE,
    tags=_TAGS,
    summary="Confirm the second factor",
    also={401, 404, 409},
)
async def confirm_my_second_factor(
    request: Request[Caller | None, AccessClaims, Any],
    data: JSONBody[SecondFactorConfirmation],
    confirm_second_factor: NamedDependency[SkipValidation[ConfirmSecondFactor]],
) -> Response[RecoveryCodes]:
    """By a code of the app. All other sessions end; who came with a ticket signs in again."""
    codes = await confirm_second_factor(request.user, data.ticket, data.code)
    return Response(RecoveryCodes(recovery_codes=codes), headers=_NO_STORE)


@delete("/auth/second-factor", policy=SIGNED_IN, tags=_TAGS, summary="Remove the second factor", also={403, 404})
async def remove_my_second_factor(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[SecondFactorRemoval],
    remove_second_factor: NamedDependency[SkipValidation[RemoveSecondFactor]],
) -> None:
    """All other sessions end."""
    await remove_second_factor.own(request.user, data.password or "", data.code)


@delete(
    "/admin/users/{user_id:str}/second-factor",
    policy=ADMIN,
    tags=["administration"],
    summary="Remove a user's second factor",
)
async def remove_users_second_factor(
    request: Request[Caller, AccessClaims, Any],
    user_id: FromPath[str],
    remove_second_factor: NamedDependency[SkipValidation[RemoveSecondFactor]],
) -> None:
    """For who has lost the device and the recovery codes. All sessions of the user end."""
    await remove_second_factor.of(uuid_or(UserNotFound, user_id), request.user)


HANDLERS: Sequence[BaseRouteHandler] = (
    complete_sign_in,
    show_second_factor,
    set_up_my_second_factor,
    confirm_my_second_factor,
    remove_my_second_factor,
    remove_users_second_factor,
)
