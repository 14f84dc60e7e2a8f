"""JSON of sign-in, sessions and profiles, as the existing frontends read it (spec: identity)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.identity.devices import device_name
from atg_core.identity.model import Role, Session
from atg_core.text import canonical_email
from atg_entrypoints.http.openapi import NON_EMPTY, at_least_one
from atg_entrypoints.http.wire import EMAIL, NO_NUL, TRIMMED, FilledName, Instant, Name, Text, Word

type Login = Annotated[str, Meta(max_length=254, pattern=NO_NUL, extra_json_schema=NON_EMPTY, extra=TRIMMED)]


class Credentials(Struct, frozen=True, kw_only=True):
    """`username` takes an email too."""

    documented: ClassVar[Mapping[str, Any]] = at_least_one("username", "email")

    username: Annotated[Login, Meta(examples=["employee"])] | None = None
    email: Login | None = None
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


class SessionRow(Struct, frozen=True, kw_only=True):
    """A sign-in on a device; `current`: the one that asks."""

    id: UUID
    device: Annotated[str | None, Meta(examples=["Mozilla/5.0 (X11; Linux x86_64)"])]
    device_name: Annotated[str | None, Meta(examples=["Chrome on Windows"])]
    ip: str | None
    created_at: Instant
    last_activity: Instant
    expires_at: Instant
    current: bool

    @classmethod
    def of(cls, session: Session, current: UUID) -> "SessionRow":
        return cls(
            id=session.id,
            device=session.user_agent,
            device_name=device_name(session.user_agent),
            ip=session.ip_address,
            created_at=Instant.of(session.created_at),
            last_activity=Instant.of(session.last_activity),
            expires_at=Instant.of(session.expires_at),
            current=session.id == current,
        )


class PasswordChange(Struct, frozen=True, kw_only=True):
    """`new`: 8 to 128 characters, and none of those that everybody tries first."""

    current: Annotated[str, Meta(min_length=1, max_length=1024)]
    new: Annotated[str, Meta(min_length=8, max_length=128)]


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
    time_zone: str | None


class ProfileReply(Struct, frozen=True):
    data: ProfileRow


type ZoneName = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_+/-]*$(?!\n)", examples=["Europe/Moscow"])]


class ProfileChanges(Struct, frozen=True, kw_only=True):
    """Only what is named changes; null, or an empty email, clears it. `time_zone`: an IANA name."""

    full_name: Name | None | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=254, pattern=EMAIL)] | None | UnsetType = UNSET
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
    time_zone: ZoneName | None | UnsetType = UNSET

    def present_fields(self) -> dict[str, Any]:
        """What the body names, an empty email as none."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        if isinstance(self.email, str):
            values["email"] = canonical_email(self.email) or None
        if isinstance(self.time_zone, str):
            values["time_zone"] = self.time_zone or None
        return {name: value for name, value in values.items() if value is not UNSET}
