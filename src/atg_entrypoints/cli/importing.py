"""`atg import`: files into the database, in one transaction."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import typer

from atg_adapters.tabular.oneroster import open_bundle
from atg_adapters.tabular.tables import SUFFIXES, TableFormat, open_table
from atg_core.importing.kinds import KINDS
from atg_core.importing.model import RowError
from atg_core.importing.ports import Source, UnusableFile
from atg_core.importing.run import BadRows, How
from atg_entrypoints.cli.reporting import ABOUT, Report, progress, say
from atg_entrypoints.cli.running import UNUSABLE, fail, opened
from atg_entrypoints.settings import Settings

BAD_ROWS = 1
_ALL, _ONEROSTER = "all", "oneroster"
_MOST_TOLD = 1_000


class OnError(StrEnum):
    STOP = "stop"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says beside the files."""

    dry: bool = False
    skip: bool = False
    report: Path | None = None
    given: TableFormat | None = None
    quiet: bool = False
    as_json: bool = False


async def import_paths(settings: Settings, kind: str, paths: list[Path], options: Options) -> None:
    """Imports files of one kind, a folder of files named after their kinds, or OneRoster bundles.

    Prints what came of each. Ends with 1 if there were bad rows, and with 2 if a file can not be used.
    """
    bad = 0

    def refuse(error: RowError) -> None:
        nonlocal bad
        bad += 1
        if report:
            report.add(error)
        if bad <= _MOST_TOLD:
            typer.echo(str(error), err=True)

    with ExitStack() as stack:
        try:
            bundles = [stack.enter_context(open_bundle(path)) for path in paths] if kind == _ONEROSTER else []
            sources = [source for bundle in bundles for source in bundle.sources()] or _open(
                kind, paths, stack, options.given
            )
            report = Report(options.report, stack) if options.report else None
            advance = stack.enter_context(progress([source.file for source in sources], quiet=options.quiet))
            how = How(skip=options.skip, dry=options.dry, refuse=refuse, advance=advance)
            async with opened(settings) as container:
                counts = await container.import_files()(sources, how)
        except BadRows:
            fail(f"{bad} bad rows, nothing was stored", BAD_ROWS)
        except UnusableFile as error:
            fail(str(error), UNUSABLE)
    for bundle in bundles:
        for what, number in sorted(bundle.left_over.items()):
            typer.echo(f"{number} {what}: have no place here", err=True)
    say(counts, as_json=options.as_json, quiet=options.quiet)
    if bad:
        fail(f"{bad} bad rows were left out", BAD_ROWS)
    if options.dry and not options.quiet:
        typer.echo("This was a dry run, nothing was stored.", err=True)


def open_folder(folder: Path, stack: ExitStack, given: TableFormat | None = None) -> list[tuple[Source, list[str]]]:
    """The files of a folder in the order in which they refer to each other. Raises UnusableFile."""
    if not folder.is_dir():
        raise UnusableFile(f"{folder}: is no folder")
    paths: dict[str, Path] = {}
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES):
        if path.stem not in KINDS:
            typer.echo(f"{path}: named after no known kind, skipped", err=True)
        elif path.stem in paths:
            raise UnusableFile(f"{path}: there is {paths[path.stem].name} for the same kind")
        else:
            paths[path.stem] = path
    found = [stack.enter_context(open_table(paths[name], KINDS[name], given)) for name in KINDS if name in paths]
    if not found:
        raise UnusableFile(f"{folder}: holds no file named after a kind, such as users.csv")
    return found


def _open(kind: str, paths: Sequence[Path], stack: ExitStack, given: TableFormat | None) -> list[Source]:
    if kind == _ALL:
        opened_files = [found for path in paths for found in open_folder(path, stack, given)]
    elif kind in KINDS:
        opened_files = [stack.enter_context(open_table(path, KINDS[kind], given)) for path in paths]
    else:
        raise UnusableFile(f"there is no kind {kind}; there are {_ALL}, {_ONEROSTER}, {', '.join(KINDS)}")
    for source, unknown in opened_files:
        strange = [header for header in unknown if header not in ABOUT]
        if strange:
            typer.echo(f"{source.file}: unknown columns are left out: {', '.join(strange)}", err=True)
    return [source for source, _ in opened_files]
