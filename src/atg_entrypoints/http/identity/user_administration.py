"""User administration."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.clock import Clock
from atg_core.identity.model import Account, Caller, Origin, Role, UserQuery
from atg_core.identity.ports import AccessClaims, Callers, SessionNotFound, UserNotFound
from atg_core.identity.staff import require_may_help
from atg_core.identity.user_administration import AdministerUsers, NewUser
from atg_core.nearest import RequireKnown
from atg_core.text import canonical_email
from atg_entrypoints.http.identity.wire import SessionRow
from atg_entrypoints.http.openapi import at_least_one
from atg_entrypoints.http.policy import PEOPLE_STAFF, TRAINING
from atg_entrypoints.http.wire import EMAIL, NAME, NO_NUL, Instant, Name, Page, Paging, Word, to_wire, uuid_or

_TAGS = ["administration"]
_OF_PROFILE = ("employee_id", "position", "department", "company", "phone", "station_id")


class UserRow(Struct, frozen=True, kw_only=True):
    """`origin`: who made the account; an import changes none that is of `self`. `station`: the name of the station."""

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
    employee_id: str | None
    position: str | None
    department: str | None
    company: str | None
    phone: str | None
    station_id: int | None
    station: str | None

    @classmethod
    def of(cls, account: Account) -> "UserRow":
        of_profile = {name: getattr(account.profile, name) for name in _OF_PROFILE}
        own = {name: getattr(account.user, name) for name in cls.__struct_fields__ if hasattr(account.user, name)}
        return to_wire({**own, **of_profile, "station": account.station}, cls)


class DepartmentCount(Struct, frozen=True, kw_only=True):
    """`people`: active users."""

    department: str
    people: int


type _Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class UserCreation(Struct, frozen=True, kw_only=True):
    """`username` or `email` is needed; without a username it is made of the email."""

    documented: ClassVar[Mapping[str, Any]] = at_least_one("username", "email")

    username: Annotated[str, Meta(min_length=1, max_length=50, pattern=NAME, examples=["a.ivanov"])] | None = None
    email: Annotated[str, Meta(min_length=1, max_length=254, pattern=EMAIL)] | None = None
    password: Annotated[str, Meta(max_length=128)] | None = None
    full_name: Name | None = None
    role: Role = Role.USER
    is_active: bool = True
    employee_id: Word | None = None
    position: Name | None = None
    department: Name | None = None
    company: Name | None = None
    phone: Word | None = None
    station_id: _Serial | None = None


class UserChanges(Struct, frozen=True, kw_only=True):
    """Only what is named changes. An email that an administrator gives counts as confirmed."""

    username: Annotated[str, Meta(min_length=1, max_length=50, pattern=NAME)] | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=254, pattern=EMAIL)] | None | UnsetType = UNSET
    password: Annotated[str, Meta(max_length=128)] | UnsetType = UNSET
    full_name: Name | None | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    employee_id: Word | None | UnsetType = UNSET
    position: Name | None | UnsetType = UNSET
    department: Name | None | UnsetType = UNSET
    company: Name | None | UnsetType = UNSET
    phone: Word | None | UnsetType = UNSET
    station_id: _Serial | None | UnsetType = UNSET

    def present_fields(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        if isinstance(self.email, str):
            values["email"] = canonical_email(self.email) or None
        emptied = {name: None for name in _OF_PROFILE if values[name] == ""}
        return {name: value for name, value in (values | emptied).items() if value is not UNSET}


@get("/admin/users", policy=PEOPLE_STAFF, tags=_TAGS, summary="Users by username", also={400})
async def list_users(
    *,
    callers: NamedDependency[SkipValidation[Callers]],
    require_known: NamedDependency[SkipValidation[RequireKnown]],
    paging: NamedDependency[SkipValidation[Paging]],
    q: Annotated[str | None, QueryParameter(name="q", max_length=200, pattern=NO_NUL)] = None,
    role: Annotated[Role | None, QueryParameter(name="role")] = None,
    is_active: Annotated[bool | None, QueryParameter(name="is_active")] = None,
    department: Annotated[Name | None, QueryParameter(name="department")] = None,
    position: Annotated[Name | None, QueryParameter(name="position")] = None,
    station_id: Annotated[int | None, QueryParameter(name="station_id", ge=1, le=2**31 - 1)] = None,
) -> Page[UserRow]:
    """A department or position that nobody has is refused with the nearest names."""
    query = UserQuery(
        q=q,
        role=role,
        is_active=is_active,
        department=await require_known.department(department),
        position=await require_known.position(position),
        station_id=station_id,
    )
    users, total = await callers.users(query, limit=paging.size, offset=paging.offset)
    return paging.of([UserRow.of(account) for account in users], total)


@get("/admin/departments", policy=PEOPLE_STAFF, tags=_TAGS, summary="Departments by name, with how many people")
async def list_departments(
    callers: NamedDependency[SkipValidation[Callers]], paging: NamedDependency[SkipValidation[Paging]]
) -> Page[DepartmentCount]:
    found = list((await callers.departments()).items())
    page = found[paging.offset : paging.offset + paging.size]
    return paging.of([DepartmentCount(department=name, people=people) for name, people in page], len(found))


async def _shown(callers: Callers, user_id: UUID) -> UserRow:
    return UserRow.of(await callers.account(user_id))


@post("/admin/users", policy=TRAINING, tags=_TAGS, summary="Make a user", also={409})
async def create_user(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[UserCreation],
    administer_users: NamedDependency[SkipValidation[AdministerUsers]],
    callers: NamedDependency[SkipValidation[Callers]],
) -> UserRow:
    new = NewUser(
        username=data.username,
        email=canonical_email(data.email) if data.email else None,
        password=data.password,
        full_name=data.full_name,
        role=data.role,
        is_active=data.is_active,
        **{name: getattr(data, name) or None for name in _OF_PROFILE},
    )
    return await _shown(callers, (await administer_users.create(request.user, new)).id)


@get("/admin/users/{user_id:str}", policy=PEOPLE_STAFF, tags=_TAGS, summary="A user")
async def show_user(user_id: FromPath[str], callers: NamedDependency[SkipValidation[Callers]]) -> UserRow:
    return await _shown(callers, uuid_or(UserNotFound, user_id))


@put("/admin/users/{user_id:str}", policy=TRAINING, tags=_TAGS, summary="Change a user", also={409})
async def change_user(
    request: Request[Caller, AccessClaims, Any],
    user_id: FromPath[str],
    data: JSONBody[UserChanges],
    administer_users: NamedDependency[SkipValidation[AdministerUsers]],
    callers: NamedDependency[SkipValidation[Callers]],
) -> UserRow:
    """Deactivating, another role, or a new password, ends all the user's sessions at once."""
    changed = await administer_users.change(request.user, uuid_or(UserNotFound, user_id), data.present_fields())
    return await _shown(callers, changed.id)


@delete("/admin/users/{user_id:str}", policy=TRAINING, tags=_TAGS, summary="Deactivate a user", also={409})
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
    policy=PEOPLE_STAFF,
    tags=_TAGS,
    summary="End all sessions of a user",
)
async def revoke_users_sessions(
    request: Request[Caller, AccessClaims, Any],
    user_id: FromPath[str],
    administer_users: NamedDependency[SkipValidation[AdministerUsers]],
    callers: NamedDependency[SkipValidation[Callers]],
) -> UserRow:
    return await _shown(
        callers, (await administer_users.revoke_sessions(request.user, uuid_or(UserNotFound, user_id))).id
    )


@get("/admin/users/{user_id:str}/sessions", policy=PEOPLE_STAFF, tags=_TAGS, summary="A user's live sessions")
async def list_users_sessions(
    request: Request[Caller, AccessClaims, Any],
    user_id: FromPath[str],
    callers: NamedDependency[SkipValidation[Callers]],
    clock: NamedDependency[SkipValidation[Clock]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[SessionRow]:
    """Newest first."""
    user = (await callers.account(uuid_or(UserNotFound, user_id))).user
    require_may_help(request.user, user.role)
    sessions, total = await callers.live_sessions(user.id, clock(), limit=paging.size, offset=paging.offset)
    return paging.of([SessionRow.of(session, request.user.session_id) for session in sessions], total)


@delete(
    "/admin/users/{user_id:str}/sessions/{session_id:str}", policy=PEOPLE_STAFF, tags=_TAGS, summary="End a session"
)
async def end_users_session(
    request: Request[Caller, AccessClaims, Any],
    user_id: FromPath[str],
    session_id: FromPath[str],
    administer_users: NamedDependency[SkipValidation[AdministerUsers]],
) -> None:
    key, session = uuid_or(UserNotFound, user_id), uuid_or(SessionNotFound, session_id)
    await administer_users.revoke_session(request.user, key, session)


@post(
    "/admin/users/{user_id:str}/password-link",
    status_code=200,
    policy=PEOPLE_STAFF,
    tags=_TAGS,
    summary="Send a user a link to set a password",
    also={409},
)
async def send_password_link(
    request: Request[Caller, AccessClaims, Any],
    user_id: FromPath[str],
    administer_users: NamedDependency[SkipValidation[AdministerUsers]],
    callers: NamedDependency[SkipValidation[Callers]],
) -> UserRow:
    """To the user's own email, three times in an hour at most."""
    user = await administer_users.send_password_link(request.user, uuid_or(UserNotFound, user_id))
    return await _shown(callers, user.id)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_users_sessions,
    end_users_session,
    send_password_link,
    list_users,
    list_departments,
    create_user,
    show_user,
    change_user,
    deactivate_user,
    revoke_users_sessions,
)
