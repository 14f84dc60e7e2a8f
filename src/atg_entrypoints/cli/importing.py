"""`atg import`: files into the database, all of them or nothing."""

from contextlib import ExitStack
from pathlib import Path

import typer

from atg_adapters.tabular.csv_files import open_csv
from atg_core.importing.kinds import KINDS
from atg_core.importing.model import Counts
from atg_core.importing.ports import Source, UnusableFile
from atg_core.importing.run import BadRows
from atg_entrypoints.cli.running import UNUSABLE, fail, opened
from atg_entrypoints.settings import Settings

BAD_ROWS = 1
_ALL = "all"


async def import_paths(settings: Settings, kind: str, paths: list[Path]) -> None:
    """Imports files of one kind, or a folder of files named after their kinds. Prints what came of each."""
    with ExitStack() as stack:
        try:
            sources = _open(kind, paths, stack)
            async with opened(settings) as container:
                counts = await container.import_files()(sources)
        except BadRows as bad:
            for error in bad.errors:
                typer.echo(str(error), err=True)
            fail(f"{len(bad.errors)} bad rows, nothing was stored", BAD_ROWS)
        except UnusableFile as error:
            fail(str(error), UNUSABLE)
    for file, count in counts.items():
        typer.echo(f"{file}: {_summary(count)}")


def open_folder(folder: Path, stack: ExitStack) -> list[tuple[Source, list[str]]]:
    """The files of a folder in the order in which they refer to each other. Raises UnusableFile."""
    if not folder.is_dir():
        raise UnusableFile(f"{folder}: is no folder")
    paths = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    for name in paths.keys() - KINDS.keys():
        typer.echo(f"{paths[name]}: named after no known kind, skipped", err=True)
    found = [stack.enter_context(open_csv(paths[name], KINDS[name])) for name in KINDS if name in paths]
    if not found:
        raise UnusableFile(f"{folder}: holds no file named after a kind, such as users.csv")
    return found


def _open(kind: str, paths: list[Path], stack: ExitStack) -> list[Source]:
    if kind == _ALL:
        opened_files = [found for path in paths for found in open_folder(path, stack)]
    elif kind in KINDS:
        opened_files = [stack.enter_context(open_csv(path, KINDS[kind])) for path in paths]
    else:
        raise UnusableFile(f"there is no kind {kind}; there are {_ALL}, {', '.join(KINDS)}")
    for source, unknown in opened_files:
        if unknown:
            typer.echo(f"{source.file}: unknown columns are left out: {', '.join(unknown)}", err=True)
    return [source for source, _ in opened_files]


def _summary(counts: Counts) -> str:
    words = ("created", "updated", "unchanged", "rejected")
    return ", ".join(f"{getattr(counts, word)} {word}" for word in words)
