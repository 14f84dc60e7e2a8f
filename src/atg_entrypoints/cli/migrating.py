"""`atg migrate`: the database to the newest schema."""

from functools import partial

import typer

from atg_adapters.sql import schema
from atg_entrypoints.cli.command import settings_or_exit
from atg_entrypoints.cli.database import with_database

app = typer.Typer()


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    timezone = settings_or_exit().zone
    with_database(partial(schema.migrate, timezone=timezone))
    typer.echo("The database has the newest schema.")
