"""Signing in and out, and the caller's own account."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, SkipValidation
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.errors import Invalid
from atg_core.identity.model import Account, Caller, Role
from atg_core.identity.ports import AccessClaims, Callers, InvalidToken
from atg_core.identity.profile import ChangeProfile
from atg_core.identity.signing import Device, Refresh, SignIn, SignOut, TokenPair
from atg_entrypoints.http.policy import PUBLIC, SIGNED_IN, bearer_token
from atg_entrypoints.http.wire import NO_NUL, FilledName, Name, Text, Word, to_wire

_TAGS = ["identity"]
_EMAIL = r"^([^@\s,;<>()\x00-\x1f]+@[^@\s,;<>()\x00-\x1f]+\.[^@\s.,;<>()\x00-\x1f]+)?$(?!\n)"


class Credentials(Struct, frozen=True, kw_only=True):
    """`username` takes an email too."""

    username: Annotated[str, Meta(max_length=254, pattern=NO_NUL, examples=["employee"])] | None = None
    email: Annotated[str, Meta(max_length=254, pattern=NO_NUL)] | None = None
    password: Annotated[str, Meta(min_length=1, max_length=1024)]


class SignedInUser(Struct, frozen=True, kw_only=True):
    id: UUID
    username: str
    role: Role
    full_name: str
    email: str | None


class SignedInReply(Struct, frozen=True, kw_only=True):
    """The tokens under both frontends' names; `expiresIn` in seconds."""

    token: str
    refreshToken: str  # noqa: N815
    expiresIn: Annotated[int, Meta(examples=[900])]  # noqa: N815
    user: SignedInUser
    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - RFC 6749, section 7.1
    expires_in: int
    requires_registration: bool | UnsetType = UNSET


class RefreshToken(Struct, frozen=True, kw_only=True):
    """Without it the token of the `Authorization` header counts."""

    refreshToken: Annotated[str, Meta(max_length=4096)] | None = None  # noqa: N815


class RefreshedReply(Struct, frozen=True, kw_only=True):
    """Without refresh tokens where an access token was presented."""

    token: str
    expiresIn: int  # noqa: N815
    refreshToken: str | UnsetType = UNSET  # noqa: N815
    access_token: str
    refresh_token: str | UnsetType = UNSET
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - RFC 6749, section 7.1
    expires_in: int


class Done(Struct, frozen=True):
    success: bool = True


class Me(Struct, frozen=True, kw_only=True):
    """The caller, and the times of the access token in seconds since 1970."""

    sub: UUID
    id: UUID
    username: str
    role: Role
    full_name: str
    email: str | None
    is_active: bool
    type: Literal["access"] = "access"
    iat: int
    exp: int


class MeReply(Struct, frozen=True):
    user: Me


class Registration(Struct, frozen=True, kw_only=True):
    full_name: FilledName
    phone: Word | None = None
    station_id: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    position: FilledName


class ProfileRow(Struct, frozen=True, kw_only=True):
    id: UUID
    username: str
    role: Role
    full_name: str | None
    email: str | None
    avatar_url: str | None
    company: str | None
    position: str | None
    phone: str | None
    bio: str | None
    language: str
    email_notifications: bool
    push_notifications: bool
    weekly_report: bool


class ProfileReply(Struct, frozen=True):
    data: ProfileRow


class ProfileChanges(Struct, frozen=True, kw_only=True):
    """Only what is named changes; null, or an empty email, clears it."""

    full_name: Name | None | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=254, pattern=_EMAIL)] | None | UnsetType = UNSET
    company: Name | None | UnsetType = UNSET
    position: Name | None | UnsetType = UNSET
    phone: Word | None | UnsetType = UNSET
    bio: Text | None | UnsetType = UNSET
    language: (
        Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,4})?$(?!\n)", examples=["ru"])] | UnsetType
    ) = UNSET
    email_notifications: bool | UnsetType = UNSET
    push_notifications: bool | UnsetType = UNSET
    weekly_report: bool | UnsetType = UNSET

    def named(self) -> dict[str, Any]:
        """What the body names, an empty email as none."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        if isinstance(self.email, str):
            values["email"] = self.email.strip().lower() or None
        return {name: value for name, value in values.items() if value is not UNSET}


@post("/auth/login", status_code=200, policy=PUBLIC, tags=_TAGS, summary="Sign in", also={401})
async def log_in(
    request: Request[Any, Any, Any], data: JSONBody[Credentials], sign_in: NamedDependency[SkipValidation[SignIn]]
) -> SignedInReply:
    login = data.username or data.email
    if not login:
        raise Invalid("username or email is required", field="username")
    tokens, account = await sign_in(login, data.password, _device(request))
    return _signed_in(tokens, account)


@post("/auth/refresh", status_code=200, policy=PUBLIC, tags=_TAGS, summary="New tokens", also={401})
async def refresh_tokens(
    request: Request[Any, Any, Any],
    refresh: NamedDependency[SkipValidation[Refresh]],
    data: JSONBody[RefreshToken | None] = None,
) -> RefreshedReply:
    """For the refresh token in the body or as bearer; a live access token as bearer gets an access token only."""
    token = (data.refreshToken if data else None) or bearer_token(request)
    if not token:
        raise InvalidToken
    is_access_token = token.count(".") == 2
    tokens = await (refresh.renew_access(token) if is_access_token else refresh(token))
    return RefreshedReply(
        token=tokens.access,
        expiresIn=tokens.expires_in,
        refreshToken=tokens.refresh or UNSET,
        access_token=tokens.access,
        refresh_token=tokens.refresh or UNSET,
        expires_in=tokens.expires_in,
    )


@post("/auth/logout", status_code=200, policy=PUBLIC, tags=_TAGS, summary="Sign out of this session")
async def log_out(
    request: Request[Any, Any, Any],
    sign_out: NamedDependency[SkipValidation[SignOut]],
    data: JSONBody[RefreshToken | None] = None,
) -> Done:
    """Ends the session of the refresh token in the body, else of the bearer token; always succeeds."""
    token = (data.refreshToken if data else None) or bearer_token(request)
    if token:
        await sign_out(token)
    return Done()


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
    await change_profile(request.user.id, data.named())
    return Done()


def _device(request: Request[Any, Any, Any]) -> Device:
    agent = request.headers.get("user-agent")
    return Device(
        ip_address=request.client.host[:45] if request.client else None,
        user_agent=agent.replace("\x00", "")[:500] if agent else None,
    )


def _signed_in(tokens: TokenPair, account: Account) -> SignedInReply:
    user, refresh = account.user, tokens.refresh or ""
    return SignedInReply(
        token=tokens.access,
        refreshToken=refresh,
        expiresIn=tokens.expires_in,
        user=SignedInUser(
            id=user.id,
            username=user.username,
            role=user.role,
            full_name=user.full_name or user.username,
            email=user.email,
        ),
        access_token=tokens.access,
        refresh_token=refresh,
        expires_in=tokens.expires_in,
        requires_registration=account.profile.requires_registration or UNSET,
    )


HANDLERS: Sequence[BaseRouteHandler] = (
    log_in,
    refresh_tokens,
    log_out,
    show_me,
    register_profile,
    show_my_profile,
    change_my_profile,
)
