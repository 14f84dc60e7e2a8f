"""What `atg import` tells while it runs, and of the rows that it refuses."""

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

from atg_core.formulas import guarded
from atg_core.importing.model import Counts, RowError
from atg_core.importing.ports import UnusableFile

ABOUT = ("line", "column", "reason")
"""The columns of a report before those of the file."""


class Report:
    """Bad rows as CSV: where and why, and then the row as it was, so that it can be corrected and imported."""

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
            self._writer.writerow([*ABOUT, *map(guarded, headers)])
        cells = [error.cells.get(header, "") for header in self._headers]
        self._writer.writerow([error.line, error.column or "", guarded(error.reason), *map(guarded, cells)])


@contextmanager
def progress(files: Sequence[str], *, quiet: bool) -> Iterator[Callable[[str, int], None]]:
    """A bar for each file on a terminal, with rows per second and the time left; nothing in a pipe.

    Gives a function that is told of rows done.
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
    """About how many rows a file of text has; None for a workbook, whose rows are packed."""
    if path.suffix.lower() == ".xlsx" or not path.is_file():
        return None
    with path.open("rb") as file:
        return max(sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1024 * 1024), b"")) - 1, 0)


def say(counts: Mapping[str, Counts], *, as_json: bool, quiet: bool) -> None:
    """What came of each file: a line of words, or one object for scripts."""
    if as_json:
        json.dump({file: asdict(count) for file, count in counts.items()}, sys.stdout, ensure_ascii=False)
        typer.echo()
    elif not quiet:
        for file, count in counts.items():
            typer.echo(f"{file}: {', '.join(f'{number} {word}' for word, number in asdict(count).items())}")
