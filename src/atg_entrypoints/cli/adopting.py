"""`atg db adopt`: an existing database into an empty one."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from tempfile import TemporaryDirectory

import typer
from msgspec import json, structs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from atg_adapters.passwords.hashing import CORES, PwdlibPasswords
from atg_adapters.sql import schema
from atg_adapters.sql.adoption.existing import SqlExistingDatabase
from atg_adapters.sql.adoption.target import SqlAdoptionTarget, tables_without_schema
from atg_adapters.sql.database import Database
from atg_core.adoption.adopt_database import AdoptDatabase
from atg_core.adoption.model import Adoption
from atg_core.adoption.ports import TargetNotEmpty
from atg_core.learning.model import Scope
from atg_entrypoints.cli.command import fail, run, settings_or_exit
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings

_MOST_NAMES = 20
"""In a line; all are in the JSON."""


def adopt(url: str, *, as_json: bool, dry: bool) -> None:
    settings = settings_or_exit()
    if settings.in_memory:
        fail("ATG_DATABASE_URL: what is kept in memory is gone with the command")
    if not url.startswith(("postgresql://", "postgres://")):
        fail("--from: the existing database is one of PostgreSQL, postgresql://…")
    adoption = run(_adopt(settings, url, dry))
    if as_json:
        typer.echo(json.encode(adoption).decode())
    else:
        _tell(adoption)


async def _adopt(settings: Settings, url: str, dry: bool) -> Adoption:
    source = Database(url)
    existing = SqlExistingDatabase(source)
    try:
        async with existing.snapshot():
            """It can be adopted: now the place for it may be made."""
        async with _prepared(settings, dry) as container:
            with _progress() as advance:
                return await _use_case(existing, container)(dry=dry, advance=advance)
    finally:
        await source.close()


def _use_case(existing: SqlExistingDatabase, container: Container) -> AdoptDatabase:
    return AdoptDatabase(
        existing=existing,
        target=SqlAdoptionTarget(container.database()),
        passwords=PwdlibPasswords(CORES),
        update_completion=partial(container.update_completion(), Scope()),
        clock=container.clock(),
        new_id=container.new_id(),
        new_code=partial(secrets.token_urlsafe, 16),
        timezone=container.settings().zone,
    )


@asynccontextmanager
async def _prepared(settings: Settings, dry: bool) -> AsyncIterator[Container]:
    """With the newest schema. A dry run makes none: where there is none, it works in a file that is deleted."""
    with TemporaryDirectory(prefix="atg-adopt-") as folder:
        container = create_container(settings)
        try:
            if await _is_bare(container.database()) and dry:
                await close(container)
                settings = structs.replace(settings, home=folder, database_url=f"sqlite:///{folder}/atg.db")
                container = create_container(settings)
            if await schema.revision_of(container.database()) is None:
                await schema.migrate(container.database(), timezone=settings.zone)
            await schema.require_newest(container.database())
            yield container
        finally:
            await close(container)


async def _is_bare(database: Database) -> bool:
    """Whether there is no schema at all. Raises TargetNotEmpty where there are tables of others."""
    if await schema.revision_of(database) is not None:
        return False
    if tables := await tables_without_schema(database):
        raise TargetNotEmpty(tables=", ".join(tables))
    return True


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        bar = bars.add_task("", total=None)
        yield lambda table, rows, total: bars.update(bar, description=table, total=total, advance=rows)


def _tell(adoption: Adoption) -> None:
    for table, count in adoption.tables.items():
        typer.echo(f"{table}: {count.here} rows, {count.there} there")
    for note in adoption.notes:
        names = ", ".join(note.names[:_MOST_NAMES])
        more = f" and {note.count - _MOST_NAMES} more" if names and note.count > _MOST_NAMES else ""
        typer.echo(f"{note.table}: {note.what}: {note.count}{f' ({names}{more})' if names else ''}")
    typer.echo("A dry run: nothing was stored." if adoption.dry else "Adopted.")
