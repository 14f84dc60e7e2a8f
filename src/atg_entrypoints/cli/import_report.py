"""Output of `atg import`: progress bars, the report of bad rows, and the summary."""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from atg_core.csv_injection import escape_formula
from atg_core.importing.ports import UnusableFile
from atg_core.importing.records import Counts, RowError

ABOUT = ("line", "column", "reason")
"""The columns of the report that precede those of the file."""


class Report:
    """A CSV file of bad rows: location, reason and the row itself, to be corrected and imported."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        try:
            self._file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
        except OSError as error:
            raise UnusableFile(f"{path}: {error.strerror}") from error
        self._writer = csv.writer(self._file)
        self._headers: Sequence[str] | None = None

    def add(self, error: RowError) -> None:
        headers = list(error.cells)
        if self._headers is None:
            self._headers = headers
            self._writer.writerow([*ABOUT, *map(escape_formula, headers)])
        cells = [error.cells.get(header, "") for header in self._headers]
        self._writer.writerow(
            [error.line, error.column or "", escape_formula(error.reason), *map(escape_formula, cells)]
        )


@contextmanager
def progress(files: Sequence[str], *, quiet: bool) -> Iterator[Callable[[str, int], None]]:
    """A progress bar for each file, with rows per second and the time left; only on a terminal.

    Yields a function that takes a file and the number of rows processed.
    """
    console = Console(stderr=True)
    shown = console.is_terminal and not quiet
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not shown) as bars:
        tasks = {
            file: bars.add_task(Path(file).name, total=_rows_in(Path(file)) if shown else None, speed="")
            for file in files
        }

        def advance(file: str, rows: int) -> None:
            task = tasks[file]
            speed = bars.tasks[bars.task_ids.index(task)].speed
            bars.update(task, advance=rows, speed=f"{speed:,.0f} rows/s" if speed else "")

        yield advance


def _rows_in(path: Path) -> int | None:
    """The approximate number of rows in a text file; None for a workbook, which is compressed."""
    if path.suffix.lower() in {".xlsx", ".xlsm", ".xls", ".ods"} or not path.is_file():
        return None
    with path.open("rb") as file:
        return max(sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1024 * 1024), b"")) - 1, 0)


def say(counts: Mapping[str, Counts], *, as_json: bool, quiet: bool) -> None:
    """Prints the summary: a line for each file, or a JSON object."""
    if as_json:
        json.dump({file: asdict(count) for file, count in counts.items()}, sys.stdout, ensure_ascii=False)
        typer.echo()
    elif not quiet:
        for file, count in counts.items():
            typer.echo(f"{file}: {', '.join(f'{number} {word}' for word, number in asdict(count).items())}")
