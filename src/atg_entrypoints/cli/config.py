"""`atg config`: the settings, without secrets."""

import re
from typing import Annotated, Any

import typer
from msgspec import json, to_builtins
from msgspec.structs import fields

from atg_entrypoints.cli.command import settings_or_exit
from atg_entrypoints.environment import all_variables
from atg_entrypoints.settings import Settings, variable_of
from atg_entrypoints.start_log import without_credentials
from atg_entrypoints.variable_names import OTHER_NAMES

app = typer.Typer()
_SECRET = re.compile(r"(secret|password|token|tokens|key|keys)$")
_HIDDEN = "(set, not shown)"


@app.command("config")
def show_config(*, as_json: Annotated[bool, typer.Option("--json", help="As one JSON object")] = False) -> None:
    """Show every setting, and which of them are set; secrets only as whether they are there."""
    settings, given = settings_or_exit(), all_variables()
    shown = {variable_of(field.name): _shown(settings, field.name) for field in fields(Settings)}
    if as_json:
        typer.echo(json.encode(shown).decode())
        return
    for field in fields(Settings):
        variable = variable_of(field.name)
        is_set = any(given.get(name) for name in (variable, OTHER_NAMES.get(field.name, variable)))
        typer.echo(f"{'*' if is_set else ' '} {variable}={_text(shown[variable])}")
    typer.echo("\n* set in the environment or in .env; all others have their default", err=True)


def _shown(settings: Settings, name: str) -> Any:
    value = getattr(settings, name)
    if _SECRET.search(name):
        return _HIDDEN if value else ""
    if name.endswith("_url") and value:
        return without_credentials(value)
    return to_builtins(value)


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
