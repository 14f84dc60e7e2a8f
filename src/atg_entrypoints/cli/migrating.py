"""`atg migrate`: the database to the newest schema."""

from datetime import tzinfo
from functools import partial
from typing import Annotated

import typer

from atg_adapters.sql import grants, schema
from atg_adapters.sql.database import Database
from atg_entrypoints.cli.command import fail, settings_or_exit
from atg_entrypoints.cli.database import with_database

app = typer.Typer()


@app.command()
def migrate(
    role: Annotated[
        str | None,
        typer.Option(
            "--grant-to",
            metavar="ROLE",
            help="PostgreSQL: let a role serve that can not change the audit trail",
        ),
    ] = None,
) -> None:
    """Bring the database to the newest schema."""
    with_database(partial(_migrate, timezone=settings_or_exit().zone, role=role))
    typer.echo("The database has the newest schema.")


async def _migrate(database: Database, *, timezone: tzinfo, role: str | None) -> None:
    if role and database.is_sqlite:
        fail("--grant-to: SQLite has no roles")
    await schema.migrate(database, timezone=timezone)
    if role:
        await grants.grant(database, role)
