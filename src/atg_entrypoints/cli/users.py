"""`atg users`: accounts."""

import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import typer
from msgspec import Struct, json

from atg_core.identity.accounts import CreateAdmin
from atg_core.identity.model import Role, User, UserQuery
from atg_core.identity.ports import UserNotFound
from atg_core.identity.second_factor_setup import RemoveSecondFactor
from atg_core.identity.user_administration import AdministerUsers
from atg_entrypoints.cli.command import fail, run, settings_or_exit
from atg_entrypoints.cli.opening import opened
from atg_entrypoints.container import Container

app = typer.Typer(no_args_is_help=True, help="Accounts.")

_PAGE = 500
_Login = Annotated[str, typer.Argument(metavar="LOGIN", help="The username, or the email")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object a line")]
_JsonAfter = Annotated[bool, typer.Option("--json", help="Print the account, as it is then, as JSON")]
_PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it")
]


class _Shown(Struct, frozen=True, kw_only=True):
    """What is told of an account: never its hash."""

    id: UUID
    username: str
    email: str | None
    full_name: str | None
    role: Role
    is_active: bool
    has_password: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> Self:
        fields = {name: getattr(user, name) for name in cls.__struct_fields__ if name != "has_password"}
        return cls(**fields, has_password=user.password_hash is not None)


@app.command("list")
def list_users(
    *,
    q: Annotated[str | None, typer.Option("--q", help="A part of name, username, email or department")] = None,
    role: Annotated[Role | None, typer.Option(help="Only these")] = None,
    is_active: Annotated[bool | None, typer.Option("--active/--inactive", help="Only these")] = None,
    as_json: _Json = False,
) -> None:
    """Show the accounts, by username."""

    async def work(container: Container) -> None:
        query, offset = UserQuery(q=q, role=role, is_active=is_active), 0
        while True:
            users, _ = await container.callers().users(query, limit=_PAGE, offset=offset)
            for account in users:
                typer.echo(_line(account.user, as_json))
            if len(users) < _PAGE:
                return
            offset += _PAGE

    _run(work)


@app.command("show")
def show_user(login: _Login, *, as_json: _Json = False) -> None:
    """Show an account."""

    async def work(container: Container) -> None:
        user = await _find(container, login)
        if as_json:
            typer.echo(_line(user, as_json))
            return
        for name, value in json.decode(_line(user, as_json=True)).items():
            typer.echo(f"{name:<13} {_printable(value)}")

    _run(work)


@app.command("create-admin")
def create_admin(
    username: Annotated[str, typer.Option()],
    *,
    password_stdin: _PasswordStdin = False,
    as_json: _JsonAfter = False,
) -> None:
    """Make an administrator."""
    password = _password(password_stdin)

    async def work(container: Container) -> None:
        create: CreateAdmin = container.create_admin()
        await create(username, password)
        await _tell(container, username, f"Administrator {username} made.", as_json)

    _run(work)


@app.command("set-password")
def set_password(login: _Login, *, password_stdin: _PasswordStdin = False, as_json: _JsonAfter = False) -> None:
    """Give an account another password, and end its sessions."""
    changes = {"password": _password(password_stdin)}
    _change(login, "set-password", changes, f"{login} has another password now.", as_json)


@app.command("deactivate")
def deactivate(login: _Login, *, as_json: _JsonAfter = False) -> None:
    """Let nobody sign in to an account any more, and end its sessions."""
    _change(login, "deactivate", {"is_active": False}, f"{login} is not active now.", as_json)


@app.command("activate")
def activate(login: _Login, *, as_json: _JsonAfter = False) -> None:
    """Let the owner of an account sign in again."""
    _change(login, "activate", {"is_active": True}, f"{login} is active now.", as_json)


@app.command("remove-second-factor")
def remove_second_factor(
    username: Annotated[str, typer.Option(help="Or the email")], *, as_json: _JsonAfter = False
) -> None:
    """Remove a user's second factor, and end the user's sessions: for who has lost the device and all codes."""

    async def work(container: Container) -> None:
        remove: RemoveSecondFactor = container.remove_second_factor()
        await remove.of_username(username, "atg users remove-second-factor")
        await _tell(container, username, f"{username} has no second factor now.", as_json)

    _run(work)


def _run(work: Callable[[Container], Awaitable[None]]) -> None:
    settings = settings_or_exit()

    async def opened_and_closed() -> None:
        async with opened(settings) as container:
            await work(container)

    run(opened_and_closed())


def _change(login: str, command: str, changes: dict[str, Any], done: str, as_json: bool) -> None:
    async def work(container: Container) -> None:
        user = await _find(container, login)
        administer: AdministerUsers = container.administer_users()
        await administer.change(None, user.id, changes, source=f"atg users {command}")
        await _tell(container, login, done, as_json)

    _run(work)


async def _tell(container: Container, login: str, done: str, as_json: bool) -> None:
    """What was done, or the account as it is now."""
    typer.echo(_line(await _find(container, login), as_json) if as_json else done)


async def _find(container: Container, login: str) -> User:
    account = await container.callers().find_account(login)
    if account is None:
        raise UserNotFound
    user: User = account.user
    return user


def _password(from_stdin: bool) -> str:
    """Asked for twice at a terminal, without an echo; a program gives it on standard input."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        fail("there is no terminal to ask for the password at: give --password-stdin")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password


def _line(user: User, as_json: bool) -> str:
    if as_json:
        return json.encode(_Shown.of(user)).decode()
    state = "active" if user.is_active else "inactive"
    shown = [_printable(value) for value in (user.username, user.email, user.full_name)]
    return f"{shown[0]:<30}  {user.role.value:<10}  {state:<8}  {shown[1]:<40}  {shown[2]}".rstrip()


def _printable(value: Any) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in str("" if value is None else value))
