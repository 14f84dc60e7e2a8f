"""`atg db`: the schema of the database, and its revisions."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_entrypoints.cli.command import fail, run, settings_or_exit

app = typer.Typer(no_args_is_help=True, help="Looking at the database.")


@app.command("check")
def check_database() -> None:
    """Say whether the schema of the database matches the code."""
    differences = with_database(schema.differences)
    for difference in differences:
        typer.echo(str(difference), err=True)
    if differences:
        fail("the schema of the database does not match the code; run `atg migrate`", 1)
    typer.echo("The schema of the database matches the code.")


@app.command("revision")
def write_revision(
    message: Annotated[str, typer.Argument(help="What it does, such as `Keep rooms`; it gives the file its name")],
) -> None:
    """Write the next revision of the schema: what the tables in the code have, and the newest revision has not."""
    if not any(sign.isalnum() for sign in message):
        fail("the message gives the file its name and needs a word")
    typer.echo(run(_write_revision(message)))


@app.command("adopt")
def adopt_database(
    url: Annotated[str, typer.Option("--from", metavar="URL", help="The existing database, postgresql://…")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, then undo it: the report alone")] = False,
) -> None:
    """Fill an empty database with all rows of an existing one, which is only read; all of them, or none.

    What can not be kept as it was is told at the end. Exit codes: 0 adopted, 2 not done.
    """
    from atg_entrypoints.cli.adopting import adopt  # noqa: PLC0415 - it imports the container, which the others need not

    adopt(url, as_json=as_json, dry=dry_run)


async def _write_revision(message: str) -> Path:
    """Alembic is imported here, since `atg migrate` seldom needs it."""
    from atg_adapters.sql import revisions  # noqa: PLC0415

    return await revisions.write_revision(message)


def with_database[Result](work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Runs what is about the schema, and so needs a database that has one."""
    settings = settings_or_exit()
    if settings.in_memory:
        fail("ATG_DATABASE_URL: what is kept in memory has no schema")

    async def opened_and_closed() -> Result:
        database = Database(settings.database)
        try:
            return await work(database)
        finally:
            await database.close()

    return run(opened_and_closed())
