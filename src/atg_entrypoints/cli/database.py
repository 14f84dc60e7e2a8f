"""`atg db`: the schema of the database, and its revisions."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct, json

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_adapters.sql.schema import SchemaState
from atg_entrypoints.cli.command import fail, run, settings_or_exit

app = typer.Typer(no_args_is_help=True, help="Looking at the database.")


DIFFERENT = 1
_VERDICTS = {
    SchemaState.NEWEST: "the schema of the database is not that of its revision {revision}",
    SchemaState.BEHIND: "the database has revision {revision}, this version {newest}; run `atg migrate`",
    SchemaState.AHEAD: "the database has revision {revision} of a later version, and this one {newest}; run that one",
    SchemaState.UNKNOWN: "the database has revision {revision}, which is none of ours; this version has {newest}",
    SchemaState.NONE: "the database has no schema; run `atg migrate`",
}


class SchemaReport(Struct, frozen=True, kw_only=True):
    """`revision`: of the database, `newest`: of this version; `differences`: in words, none where they are expected."""

    matches: bool
    state: SchemaState
    revision: str | None
    newest: str
    differences: list[str]


@app.command("check")
def check_database(*, as_json: Annotated[bool, typer.Option("--json", help="As one JSON object")] = False) -> None:
    """Say whether the schema of the database is that of this version: its revision, and each table."""
    report = with_database(_examine)
    if as_json:
        typer.echo(json.encode(report).decode())
    else:
        for difference in report.differences:
            typer.echo(difference, err=True)
    if not report.matches:
        fail(_VERDICTS[report.state].format(revision=report.revision, newest=report.newest), DIFFERENT)
    if not as_json:
        typer.echo(f"The schema of the database is that of this version ({report.newest}).")


async def _examine(database: Database) -> SchemaReport:
    """What a missing or an older schema lacks is what the revisions bring: it is not told one by one."""
    state = await schema.state_of(database)
    expected = state in {SchemaState.BEHIND, SchemaState.NONE}
    differences = [] if expected else await schema.differences(database)
    return SchemaReport(
        matches=state is SchemaState.NEWEST and not differences,
        state=state,
        revision=await schema.revision_of(database),
        newest=schema.newest_revision(),
        differences=differences,
    )


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

    What can not be kept as it was is told at the end.
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
