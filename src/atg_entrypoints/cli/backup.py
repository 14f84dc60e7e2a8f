"""`atg backup`, `atg restore` and `atg drill`: the database and the files as one archive."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from msgspec import json, structs
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn

from atg_adapters.sql import schema
from atg_adapters.sql.backup import SqlContents
from atg_adapters.tar_archive import TarReader, TarWriter, differences
from atg_core.backup.make_backup import MakeBackup
from atg_core.backup.model import Manifest
from atg_core.backup.restore_backup import RestoreBackup
from atg_entrypoints.cli.command import fail, run, settings_or_exit
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings

app = typer.Typer()
DIFFERENT = 1

_File = Annotated[Path, typer.Argument(help="A tar file; compressed if its name ends with .gz")]
_Json = Annotated[bool, typer.Option("--json", help="Print what the archive says of itself as JSON")]


@app.command("backup")
def make_backup(file: _File, as_json: _Json = False) -> None:
    """Write the database, as it is at one moment, and the files into one archive, with a hash of each part.

    It holds hashes of passwords and personal data, and no key: keep ATG_SECRET_KEY and ATG_CREDENTIALS_KEY beside it,
    else nobody can read the stored credentials of conference accounts and of second factors.
    """
    settings = _settings()
    if not file.parent.is_dir():
        fail(f"{file.parent}: is no folder")

    _told(file, run(_working(settings, partial(_back_up, file), "backup")), as_json)


@app.command("restore")
def restore_backup(file: _File, as_json: _Json = False) -> None:
    """Fill an empty database and an empty store from a backup.

    Every hash is compared before anything is stored. It may have been made on another database or another store: that
    is also the way from a laptop to a server.
    """
    settings = _settings()
    if not file.is_file():
        fail(f"{file}: is no file")

    _told(file, run(_working(settings, partial(_restore, file), "restore")), as_json)


@app.command("drill")
def drill(
    database_url: Annotated[
        str, typer.Option(help="An empty database to restore into, by default a SQLite file that is deleted at the end")
    ] = "",
    as_json: _Json = False,
) -> None:
    """Prove that a backup can be restored: make one, restore it elsewhere, make one of that, compare all hashes.

    What is stored here stays as it is. Needs twice the space of database and files in the folder for temporary files.
    """
    settings = _settings()
    with TemporaryDirectory(prefix="atg-drill-") as folder:
        home, first, second = Path(folder) / "home", Path(folder) / "first.tar", Path(folder) / "second.tar"
        home.mkdir()
        elsewhere = structs.replace(settings, home=str(home), database_url=database_url, redis_url="", s3_endpoint="")
        manifest = run(_working(settings, partial(_back_up, first), "backup"))
        run(_working(elsewhere, partial(_restore, first), "restore"))
        run(_working(elsewhere, partial(_back_up, second), "backup of that"))
        if different := differences(first, second):
            fail(f"what was restored is not what was backed up: {', '.join(different)}", DIFFERENT)
    _told(Path("drill"), manifest, as_json)


async def _back_up(file: Path, container: Container, done: Callable[[int], None]) -> Manifest:
    contents = SqlContents(container.database())
    if await contents.revision() != schema.newest_revision():
        fail("the schema of the database is not that of this version; run `atg migrate`")
    with closing(TarWriter(file)) as archive:
        make = MakeBackup(
            contents=contents, object_store=container.object_store(), clock=container.clock(), version=version("atg")
        )
        return await make(archive, done)


async def _restore(file: Path, container: Container, done: Callable[[int], None]) -> Manifest:
    contents = SqlContents(container.database())
    if not await contents.revision():
        await schema.migrate(container.database(), timezone=container.settings().zone)
    return await RestoreBackup(contents=contents, object_store=container.object_store())(TarReader(file), done)


def _settings() -> Settings:
    settings = settings_or_exit()
    if settings.in_memory:
        fail("ATG_DATABASE_URL: what is kept in memory has no backup")
    return settings


async def _working[Result](
    settings: Settings, work: Callable[[Container, Callable[[int], None]], Awaitable[Result]], what: str
) -> Result:
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
    )
    async with _opened(settings) as container:
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            bar = progress.add_task(what, total=None)
            try:
                return await work(container, lambda size: progress.advance(bar, size))
            except OSError as error:
                fail(str(error))


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Container]:
    """Neither migrated nor with a first administrator: a place that is empty stays so."""
    container = create_container(settings)
    try:
        yield container
    finally:
        await close(container)


def _told(file: Path, manifest: Manifest, as_json: bool) -> None:
    if as_json:
        typer.echo(json.encode(manifest).decode())
    else:
        rows = sum(manifest.rows.values())
        typer.echo(
            f"{file}: {rows} rows of {len(manifest.rows)} tables, {manifest.files} files of {manifest.bytes} bytes"
        )
