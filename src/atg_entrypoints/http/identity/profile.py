"""The caller's identity and profile."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, SkipValidation

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims, Callers
from atg_core.identity.profile import ChangeProfile
from atg_entrypoints.http.identity.wire import (
    Done,
    Me,
    MeReply,
    ProfileChanges,
    ProfileReply,
    ProfileRow,
    Registration,
)
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import to_wire

_TAGS = ["identity"]


@get("/auth/me", policy=SIGNED_IN, tags=_TAGS, summary="Who is signed in")
async def show_me(request: Request[Caller, AccessClaims, Any]) -> MeReply:
    caller, claims = request.user, request.auth
    return MeReply(
        Me(
            sub=caller.id,
            id=caller.id,
            username=caller.username,
            role=caller.role,
            full_name=caller.full_name or caller.username,
            email=caller.email,
            is_active=caller.is_active,
            iat=claims.iat,
            exp=claims.exp,
        )
    )


@post("/auth/register-profile", status_code=200, policy=SIGNED_IN, tags=_TAGS, summary="Fill in the profile")
async def register_profile(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[Registration],
    change_profile: NamedDependency[SkipValidation[ChangeProfile]],
) -> Done:
    await change_profile(request.user.id, {name: getattr(data, name) for name in data.__struct_fields__})
    return Done()


@get("/users/me", policy=SIGNED_IN, tags=_TAGS, summary="The caller's profile")
async def show_my_profile(
    request: Request[Caller, AccessClaims, Any], callers: NamedDependency[SkipValidation[Callers]]
) -> ProfileReply:
    account = await callers.account(request.user.id)
    own = {"username": account.user.username, "role": account.user.role}
    return ProfileReply(to_wire(asdict(account.profile) | own, ProfileRow))


@put("/users/me", policy=SIGNED_IN, tags=_TAGS, summary="Change the caller's profile")
async def change_my_profile(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[ProfileChanges],
    change_profile: NamedDependency[SkipValidation[ChangeProfile]],
) -> Done:
    await change_profile(request.user.id, data.present_fields())
    return Done()


HANDLERS: Sequence[BaseRouteHandler] = (show_me, register_profile, show_my_profile, change_my_profile)
