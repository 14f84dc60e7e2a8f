"""`atg import`: what its arguments mean."""

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from atg_adapters.tabular.tables import TableFormat
from atg_core.importing.documentation import describe
from atg_core.importing.kinds import KINDS
from atg_entrypoints.cli.command import fail, run, settings_or_exit
from atg_entrypoints.cli.importing import OnError, Options, import_paths
from atg_entrypoints.cli.importing_files import import_tree

app = typer.Typer()


@app.command("import")
def import_files(
    kind: Annotated[
        str,
        typer.Argument(help="The kind of rows, `all` for a folder of files named after kinds, `oneroster`, or `files`"),
    ],
    paths: Annotated[list[Path] | None, typer.Argument(help="CSV, JSONL, workbooks, GIFT, Aiken, or a folder")] = None,
    *,
    describe: Annotated[bool, typer.Option("--describe", help="Print a template, and what it means")] = False,
    prefix: Annotated[str, typer.Option(help="For `files`: the folder of the object store")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, store nothing")] = False,
    on_error: Annotated[OnError, typer.Option(help="`skip` stores the good rows alone")] = OnError.STOP,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Take over accounts that somebody opened with these usernames")
    ] = False,
    report: Annotated[Path | None, typer.Option(dir_okay=False, help="Bad rows as CSV, to be corrected")] = None,
    given: Annotated[TableFormat | None, typer.Option("--format", help="By default what the name ends with")] = None,
    skip_column: Annotated[
        list[str] | None, typer.Option(help="Leave out a column that is not known; as often as wanted")
    ] = None,
    constants: Annotated[
        list[str] | None, typer.Option("--set", metavar="COLUMN=VALUE", help="A cell that all rows have")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Tell of bad rows alone")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as JSON")] = False,
) -> None:
    """Import files in one transaction; what is there already is compared and only differences are stored.

    With `oneroster` a bundle of OneRoster 1.1 or 1.2 is imported, a folder or a ZIP file.
    With `files` a tree of documents is copied into the object store; again copies what is new or was changed.
    """
    if describe:
        _describe_kind(kind)
        return
    if not paths:
        fail("no file is named")
    settings = settings_or_exit()
    if kind != "files":
        options = Options(
            dry=dry_run,
            skip=on_error is OnError.SKIP,
            take_over=take_over,
            report=report,
            given=given,
            quiet=quiet,
            as_json=as_json,
            skipped=skip_column or (),
            constants=_constants(constants or []),
        )
        run(import_paths(settings, kind, paths, options))
        return
    for folder in paths:
        run(import_tree(settings, folder, prefix, as_json=as_json))


def _constants(given: list[str]) -> dict[str, str]:
    parts = [each.partition("=") for each in given]
    if wrong := [header for header, equals, _ in parts if not equals]:
        fail(f"--set {wrong[0]}: needs a value, as in --set {wrong[0]}=…")
    return {header.strip(): cell for header, _, cell in parts}


def _describe_kind(kind: str) -> None:
    """The header line of a file on standard output, the explanation on standard error."""
    if kind not in KINDS:
        fail(f"there is no kind {kind}; there are {', '.join(KINDS)}")
    typer.echo(describe(kind), err=True)
    csv.writer(sys.stdout).writerow(KINDS[kind].headers)
