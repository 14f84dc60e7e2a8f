"""`atg import`: files into the database, in one transaction."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import typer

from atg_adapters.tabular.oneroster import Bundle, open_bundle
from atg_adapters.tabular.tables import SUFFIXES, Table, TableFormat, open_tables
from atg_core.importing.import_files import BadRows, ImportOptions
from atg_core.importing.kinds import KINDS
from atg_core.importing.ports import Source, UnusableFile
from atg_core.importing.records import RowError
from atg_entrypoints.cli.command import UNUSABLE, fail
from atg_entrypoints.cli.import_report import ABOUT, Report, progress, say
from atg_entrypoints.cli.opening import opened
from atg_entrypoints.container import Container
from atg_entrypoints.settings import Settings

BAD_ROWS = 1
_ALL, _ONEROSTER = "all", "oneroster"
_MAX_REPORTED = 1_000


class OnError(StrEnum):
    STOP = "stop"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command line."""

    dry: bool = False
    skip: bool = False
    take_over: bool = False
    report: Path | None = None
    given: TableFormat | None = None
    quiet: bool = False
    as_json: bool = False
    skipped: Sequence[str] = ()
    constants: Mapping[str, str] = field(default_factory=dict)


async def import_paths(settings: Settings, kind: str, paths: list[Path], options: Options) -> None:
    """Imports files of one kind, a folder of files named after their kinds, or OneRoster bundles.

    Prints a summary. Exits with 1 if there were bad rows, and with 2 if a file can not be used.
    """
    bad = 0

    def refuse(error: RowError) -> None:
        nonlocal bad
        bad += 1
        if report:
            report.add(error)
        if bad <= _MAX_REPORTED:
            typer.echo(str(error), err=True)

    with ExitStack() as stack:
        try:
            bundles = [stack.enter_context(open_bundle(path)) for path in paths] if kind == _ONEROSTER else []
            sources = [] if bundles else _open(kind, paths, stack, options)
            report = Report(options.report, stack) if options.report else None
            async with opened(settings, migrating=True) as container:
                sources += await _sources_in(bundles, container)
                files = list(dict.fromkeys(source.file for source in sources))
                advance = stack.enter_context(progress(files, quiet=options.quiet))
                import_options = ImportOptions(
                    skip=options.skip, dry=options.dry, take_over=options.take_over, refuse=refuse, advance=advance
                )
                counts = await container.import_files()(sources, import_options)
        except BadRows:
            fail(f"{bad} bad rows, nothing was stored", BAD_ROWS)
        except UnusableFile as error:
            fail(str(error), UNUSABLE)
    _tell(bundles, sources)
    say(counts, as_json=options.as_json, quiet=options.quiet)
    if bad:
        fail(f"{bad} bad rows were left out", BAD_ROWS)
    if options.dry and not options.quiet:
        typer.echo("This was a dry run, nothing was stored.", err=True)


async def _sources_in(bundles: Sequence[Bundle], container: Container) -> list[Source]:
    if not bundles:
        return []
    known = await container.list_known()()
    return [source for bundle in bundles for source in bundle.sources(known)]


def _tell(bundles: Sequence[Bundle], sources: Sequence[Source]) -> None:
    for source in sources:
        for what, number in sorted((+source.left_out).items()):
            typer.echo(f"{source.file}: {number} {what}: have no place here", err=True)
    for bundle in bundles:
        for note in dict.fromkeys(bundle.notes):
            typer.echo(f"{bundle.name}: {note}", err=True)
        for what, number in sorted(bundle.ignored.items()):
            typer.echo(f"{number} {what}: have no place here", err=True)


def open_folder(folder: Path, stack: ExitStack, options: Options = Options()) -> list[Table]:
    """The files of a folder in the order of the references between kinds. Raises UnusableFile."""
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
    found = [table for name in KINDS if name in paths for table in _tables(paths[name], name, stack, options)]
    if not found:
        raise UnusableFile(f"{folder}: holds no file named after a kind, such as users.csv")
    return found


def _tables(path: Path, kind: str, stack: ExitStack, options: Options) -> list[Table]:
    constants = {header: cell for header, cell in options.constants.items() if header in KINDS[kind].headers}
    return stack.enter_context(open_tables(path, KINDS[kind], options.given, (*ABOUT, *options.skipped), constants))


def _open(kind: str, paths: Sequence[Path], stack: ExitStack, options: Options) -> list[Source]:
    if kind == _ALL:
        tables = [table for path in paths for table in open_folder(path, stack, options)]
    elif kind in KINDS:
        if strange := options.constants.keys() - set(KINDS[kind].headers):
            raise UnusableFile(f"there is no column {', '.join(sorted(strange))} of {kind}")
        tables = [table for path in paths for table in _tables(path, kind, stack, options)]
    else:
        raise UnusableFile(f"there is no kind {kind}; there are {_ALL}, {_ONEROSTER}, {', '.join(KINDS)}")
    for source, notes in tables:
        for note in notes:
            typer.echo(f"{source.file}: {note}", err=True)
    return [source for source, _ in tables]
