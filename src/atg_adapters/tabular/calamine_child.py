"""A process of its own that reads an XLS or ODS workbook by python-calamine and writes its rows as JSON Lines.

calamine ends on some damaged files by a panic, and takes all memory on others: here within limits, and alone.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from atg_adapters.tabular.cell_texts import number_text, value_text

type Line = tuple[int, list[str], dict[int, str]]
"""A row: its number, its cells, and why some can not be believed, by place."""

SHEETS = "sheets.json"
"""The names of the sheets that are not hidden; their rows are in `0.jsonl`, `1.jsonl`, …"""
PROTECTED, BROKEN = 3, 4
"""Exit codes."""
_MAX_MEMORY, _MAX_FILE, _MAX_SECONDS = 2 * 1024**3, 2 * 1024**3, 600
_NEWLINE = b"\n"


def write_rows(workbook: Path, folder: Path) -> None:
    """Raises PasswordError and CalamineError."""
    encode = msgspec.json.encode
    # Opened as a file, it is known by its content and not by its name.
    with workbook.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
        shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
        for number, name in enumerate(shown):
            with (folder / f"{number}.jsonl").open("wb") as rows:
                for line in _lines(book.get_sheet_by_name(name)):
                    rows.write(encode(line) + _NEWLINE)
        (folder / SHEETS).write_bytes(encode(shown))


def _lines(sheet: CalamineSheet) -> Iterator[Line]:
    if sheet.start is None:
        return
    first, left = sheet.start
    found = (_line(number, row, left) for number, row in enumerate(sheet.iter_rows(), start=first + 1))
    yield from (line for line in found if line[1])


def _line(number: int, row: Sequence[object], left: int) -> Line:
    texts, faults = [""] * left, dict[int, str]()
    for place, value in enumerate(row, start=left):
        if isinstance(value, float | int) and not isinstance(value, bool):
            text, fault = number_text(value, "General")
            if fault:
                faults[place] = fault
        else:
            text = value_text(value)
        texts.append(text)
    while texts and not texts[-1]:
        texts.pop()
    return number, texts, faults


def _limit() -> None:
    """Where the system knows limits, and no lower one is set."""
    with suppress(ImportError, ValueError):
        import resource  # noqa: PLC0415 - not on Windows

        for what, most in (
            (resource.RLIMIT_AS, _MAX_MEMORY),
            (resource.RLIMIT_FSIZE, _MAX_FILE),
            (resource.RLIMIT_CPU, _MAX_SECONDS),
        ):
            resource.setrlimit(what, (most, most))


def _main(workbook: Path, folder: Path) -> int:
    _limit()
    try:
        write_rows(workbook, folder)
    except PasswordError:
        return PROTECTED
    except (CalamineError, ValueError, OSError, MemoryError):
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1]), Path(sys.argv[2])))
