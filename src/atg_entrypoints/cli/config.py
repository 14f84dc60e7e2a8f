"""`atg config`: the settings, without secrets."""

from typing import Annotated

import typer
from msgspec import json

from atg_entrypoints.cli.command import settings_or_exit
from atg_entrypoints.shown_settings import shown_settings

app = typer.Typer()


@app.command("config")
def show_config(*, as_json: Annotated[bool, typer.Option("--json", help="As one JSON object")] = False) -> None:
    """Show every setting, and which of them are set; secrets only as whether they are there."""
    shown = shown_settings(settings_or_exit())
    if as_json:
        typer.echo(json.encode({each.variable: each.value for each in shown}).decode())
        return
    for each in shown:
        typer.echo(f"{'*' if each.is_set else ' '} {each.variable}={each.text}")
    typer.echo("\n* set in the environment or in .env; all others have their default", err=True)
