"""User administration."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.identity.model import Caller, Origin, Role, UserQuery
from atg_core.identity.ports import AccessClaims, Callers, UserNotFound
from atg_core.identity.user_administration import AdministerUsers, NewUser
from atg_core.text import canonical_email
from atg_entrypoints.http.openapi import at_least_one
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import EMAIL, NAME, NO_NUL, Instant, Name, Page, Paging, to_wire, uuid_or

_TAGS = ["administration"]


class UserRow(Struct, frozen=True, kw_only=True):
    """`origin`: who made the account; an import changes none that is of `self`."""

    id: UUID
    username: str
    email: str | None
    full_name: str | None
    role: Role
    is_active: bool
    origin: Origin
    created_at: Instant
    updated_at: Instant
    email_verified_at: Instant | None


class UserCreation(Struct, frozen=True, kw_only=True):
    """`username` or `email` is needed; without a username it is made of the email."""

    documented: ClassVar[Mapping[str, Any]] = at_least_one("username", "email")

    username: Annotated[str, Meta(min_length=1, max_length=50, pattern=NAME, examples=["a.ivanov"])] | None = None
    email: Annotated[str, Meta(min_length=1, max_length=254, pattern=EMAIL)] | None = None
    password: Annotated[str, Meta(max_length=128)] | None = None
    full_name: Name | None = None
    role: Role = Role.USER
    is_active: bool = True


class UserChanges(Struct, frozen=True, kw_only=True):
    """Only what is named changes. An email that an administrator gives counts as confirmed."""

    username: Annotated[str, Meta(min_length=1, max_length=50, pattern=NAME)] | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=254, pattern=EMAIL)] | None | UnsetType = UNSET
    password: Annotated[str, Meta(max_length=128)] | UnsetType = UNSET
    full_name: Name | None | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET

    def present_fields(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        if isinstance(self.email, str):
            values["email"] = canonical_email(self.email) or None
        return {name: value for name, value in values.items() if value is not UNSET}


@get("/admin/users", policy=ADMIN, tags=_TAGS, summary="Users by username", also={400})
async def list_users(
    callers: NamedDependency[SkipValidation[Callers]],
    paging: NamedDependency[SkipValidation[Paging]],
    q: Annotated[str | None, QueryParameter(name="q", max_length=200, pattern=NO_NUL)] = None,
    role: Annotated[Role | None, QueryParameter(name="role")] = None,
    is_active: Annotated[bool | None, QueryParameter(name="is_active")] = None,
) -> Page[UserRow]:
    query = UserQuery(q=q, role=role, is_active=is_active)
    users, total = await callers.users(query, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(users, list[UserRow]), total)


@post("/admin/users", policy=ADMIN, tags=_TAGS, summary="Make a user", also={409})
async def create_user(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[UserCreation],
    administer_users: NamedDependency[SkipValidation[AdministerUsers]],
) -> UserRow:
    new = NewUser(
        username=data.username,
        email=canonical_email(data.email) if data.email else None,
        password=data.password,
        full_name=data.full_name,
        role=data.role,
        is_active=data.is_active,
    )
    return to_wire(await administer_users.create(request.user, new), UserRow)


@get("/admin/users/{user_id:str}", policy=ADMIN, tags=_TAGS, summary="A user")
async def show_user(user_id: FromPath[str], callers: NamedDependency[SkipValidation[Callers]]) -> UserRow:
    return to_wire((await callers.account(uuid_or(UserNotFound, user_id))).user, UserRow)


@put("/admin/users/{user_id:str}", policy=ADMIN, tags=_TAGS, summary="Change a user", also={409})
async def change_user(
    request: Request[Caller, AccessClaims, Any],
    user_id: FromPath[str],
    data: JSONBody[UserChanges],
    administer_users: NamedDependency[SkipValidation[AdministerUsers]],
) -> UserRow:
    """Deactivating, another role, or a new password, ends all the user's sessions at once."""
    changed = await administer_users.change(request.user, uuid_or(UserNotFound, user_id), data.present_fields())
    return to_wire(changed, UserRow)


@delete("/admin/users/{user_id:str}", policy=ADMIN, tags=_TAGS, summary="Deactivate a user", also={409})
async def deactivate_user(
    request: Request[Caller, AccessClaims, Any],
    user_id: FromPath[str],
    administer_users: NamedDependency[SkipValidation[AdministerUsers]],
) -> None:
    """The record stays, with all that the user has learned."""
    await administer_users.change(request.user, uuid_or(UserNotFound, user_id), {"is_active": False})


@post(
    "/admin/users/{user_id:str}/sessions/revoke",
    status_code=200,
    policy=ADMIN,
    tags=_TAGS,
    summary="End all sessions of a user",
)
async def revoke_users_sessions(
    request: Request[Caller, AccessClaims, Any],
    user_id: FromPath[str],
    administer_users: NamedDependency[SkipValidation[AdministerUsers]],
) -> UserRow:
    return to_wire(await administer_users.revoke_sessions(request.user, uuid_or(UserNotFound, user_id)), UserRow)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_users,
    create_user,
    show_user,
    change_user,
    deactivate_user,
    revoke_users_sessions,
)
