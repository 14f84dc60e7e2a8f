"""`atg sessions`: who is signed in."""

from typing import Annotated

import typer

from atg_core.identity.sessions import EndSessions
from atg_entrypoints.cli.command import run, settings_or_exit
from atg_entrypoints.cli.opening import opened

app = typer.Typer(no_args_is_help=True, help="Who is signed in.")


@app.callback()
def _group() -> None:
    """Who is signed in."""


@app.command("revoke")
def revoke_sessions(user: Annotated[str, typer.Option(help="The username, or the email")]) -> None:
    """End all sessions of a user, from the next request on and in every process."""
    settings = settings_or_exit()

    async def work() -> str:
        async with opened(settings) as container:
            end: EndSessions = container.end_sessions()
            return await end.of(user, "atg sessions revoke")

    typer.echo(f"All sessions of {run(work())} have ended.")
