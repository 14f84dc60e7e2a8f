"""`atg`: serving, migrating, importing, and an operator's first needs."""

import sys
from contextlib import nullcontext
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from atg_entrypoints.garbage import without_garbage_collection

_COMMANDS = {
    "worker": ("worker", "Do background and periodic jobs until told to end; what has begun is finished."),
    "serve": ("serving", "Serve the HTTP API."),
    "demo": ("demo", "Serve the HTTP API over the example data; on an empty database they are imported first."),
    "migrate": ("migrating", "Bring the database to the newest schema."),
    "import": (
        "import_command",
        "Import files in one transaction; what is there already is compared and only differences are stored.",
    ),
    "export": ("exporting", "Write a kind as CSV to standard output; importing it again changes nothing."),
    "backup": (
        "backup",
        "Write the database, as it is at one moment, and the files into one archive, with a hash of each part.",
    ),
    "restore": ("backup", "Fill an empty database and an empty store from a backup."),
    "drill": (
        "backup",
        "Prove that a backup can be restored: make one, restore it elsewhere, make one of that, compare all hashes.",
    ),
    "openapi": ("openapi", "Write the description of the HTTP API."),
    "doctor": (
        "doctor",
        "Say what is configured, what answers, and what to do; ends with 1 if something that is needed does not work.",
    ),
    "config": (
        "config",
        "Show every setting, and which of them are set; secrets only as whether they are there.",
    ),
    "db": ("database", "Looking at the database."),
    "stats": ("stats", "Learners' progress and totals."),
    "users": ("users", "Accounts."),
    "sessions": ("sessions", "Who is signed in."),
    "jobs": ("jobs", "Background jobs."),
    "audit": ("audit", "Who did what."),
    "conferencing": ("conferencing", "The pool of conference accounts."),
}
"""The module of each command, and its line in the help. A module's `app` holds the command, or is the group."""


class LazyGroup(TyperGroup):
    """Imports the module of a command when the command is run: the help does not wait for any of them."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=line) for name, (_, line) in _COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, _, rest = super().resolve_command(ctx, args)
        return name, load_command(name or ""), rest


def load_command(name: str) -> Any:
    """The command, or the group of commands, of that name."""
    module = f"{__package__}.{_COMMANDS[name][0]}"
    with nullcontext() if module in sys.modules else without_garbage_collection():
        group = get_group(import_module(module).app)
        from atg_entrypoints.cli.exit_codes import in_help  # noqa: PLC0415 - the help of all commands needs none of it
    command = group.commands.get(name, group)
    command.epilog = "" if command is group else in_help(name)
    for each, inner in (group.commands if command is group else {}).items():
        inner.epilog = in_help(f"{name} {each}")
    return command


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"atg {version('atg')}")
        raise typer.Exit


@app.callback(help=__doc__)
def _main(
    *,
    is_asked: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Typer makes a group where there is a callback."""
