"""`atg import files`: a tree of documents into the object store."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from unicodedata import normalize

import typer
from anyio import open_file
from msgspec import json
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from atg_core.errors import AtgError
from atg_core.files.copying import CopyFiles, SourceFile
from atg_core.files.keys import InvalidKey, checked_key, checked_prefix
from atg_entrypoints.cli.command import UNUSABLE, fail
from atg_entrypoints.cli.importing import BAD_ROWS
from atg_entrypoints.cli.opening import opened
from atg_entrypoints.settings import Settings

_CHUNK_BYTES = 1024 * 1024


async def import_tree(settings: Settings, folder: Path, prefix: str, *, as_json: bool = False) -> None:
    """Copies every file below the folder to prefix + its path; prints how many were copied and how many unchanged.

    Exits with 1 if a name is no valid key, before anything is copied, and with 2 if the folder or the object store can
    not be used.
    """
    files, bad = _sources(folder, checked_prefix(prefix))
    for line in bad:
        typer.echo(line, err=True)
    if bad:
        fail(f"{len(bad)} names can not be keys, nothing was copied", BAD_ROWS)
    copied = 0
    with _progress() as progress:
        bar = progress.add_task("", total=sum(file.size for file in files))

        def done(file: SourceFile, was_copied: bool) -> None:
            nonlocal copied
            copied += was_copied
            progress.advance(bar, file.size)

        async with opened(settings, migrating=True) as container:
            try:
                await CopyFiles(object_store=container.object_store())(files, done)
            except* (AtgError, OSError) as errors:
                fail(f"{errors.exceptions[0]}; {copied} files were copied, run it again to go on", UNUSABLE)
    counts = {"copied": copied, "unchanged": len(files) - copied}
    told = f"{folder}: {', '.join(f'{number} {word}' for word, number in counts.items())}"
    typer.echo(json.encode({str(folder): counts}).decode() if as_json else told)


def _sources(folder: Path, prefix: str) -> tuple[list[SourceFile], list[str]]:
    """The files, and an error for each invalid name. Links are not followed."""
    if not folder.is_dir():
        fail(f"{folder}: is no folder", UNUSABLE)
    files, bad = [], []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        try:
            key = checked_key(prefix + normalize("NFC", path.relative_to(folder).as_posix()))
        except InvalidKey as error:
            bad.append(f"{path!s}: {error}")
            continue
        stat = path.stat()
        changed_at = datetime.fromtimestamp(stat.st_mtime, UTC)
        files.append(SourceFile(key=key, size=stat.st_size, changed_at=changed_at, chunks=partial(_chunks, path)))
    return files, bad


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    async with await open_file(path, "rb") as file:
        while chunk := await file.read(_CHUNK_BYTES):
            yield chunk


def _progress() -> Progress:
    """A progress bar on standard error, only on a terminal."""
    console = Console(stderr=True)
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)
