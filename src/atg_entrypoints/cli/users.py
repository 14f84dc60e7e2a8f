"""`atg users`: accounts."""

import sys
from typing import Annotated

import typer

from atg_core.identity.accounts import CreateAdmin
from atg_core.identity.second_factor_setup import RemoveSecondFactor
from atg_entrypoints.cli.command import run, settings_or_exit
from atg_entrypoints.cli.opening import opened

app = typer.Typer(no_args_is_help=True, help="Accounts.")


@app.command("create-admin")
def create_admin(
    username: Annotated[str, typer.Option()],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input")],
) -> None:
    """Make an administrator."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
    settings = settings_or_exit()

    async def work() -> None:
        async with opened(settings) as container:
            create: CreateAdmin = container.create_admin()
            await create(username, password)

    run(work())
    typer.echo(f"Administrator {username} made.")


@app.command("remove-second-factor")
def remove_second_factor(username: Annotated[str, typer.Option(help="Or the email")]) -> None:
    """Remove a user's second factor, and end the user's sessions: for who has lost the device and all codes."""
    settings = settings_or_exit()

    async def work() -> None:
        async with opened(settings) as container:
            remove: RemoveSecondFactor = container.remove_second_factor()
            await remove.of_username(username, "atg users remove-second-factor")

    run(work())
    typer.echo(f"{username} has no second factor now.")
