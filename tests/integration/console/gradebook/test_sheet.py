"""Averages and rates as the grid finds them at once: by the same rule as the core's."""

import json
import random
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from atg_core.gradebook.averages import AttendanceRates, Averages
from atg_core.gradebook.model import AttendanceStatus, Cell, Column, ColumnKind
from atg_entrypoints.console import static_files
from tests.conftest import optional

_STUDENTS, _COLUMNS = 200, 40
_SCRIPT = """
const { sums } = await import(process.argv[1]);
const { columns, rows } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const find = sums(columns.map(each => ({ ...each, max: BigInt(each.max), weight: BigInt(each.weight) })));
console.log(JSON.stringify(rows.map(find)));
"""


@pytest.fixture
def node() -> str:
    """The program; skips where it is not there."""
    found = shutil.which("node")
    if found is None:
        optional("browser", "there is no node")
    assert found
    return found


def _column(chance: random.Random, number: int) -> Column:
    kind = chance.choice(list(ColumnKind))
    largest = Decimal(chance.choice([500, 333, 1000, 10_000, 777, 1_000_000])) / 100
    cells: list[Cell] = []
    for _ in range(_STUDENTS):
        if chance.random() < 0.3:
            cells.append(None)
        elif kind is ColumnKind.LESSON:
            cells.append(chance.choice(list(AttendanceStatus)))
        else:
            cells.append(Decimal(chance.randint(0, int(largest * 100))) / 100)
    return Column(
        kind=kind,
        id=number,
        title="",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        day=date(2026, 1, 1),
        cells=tuple(cells),
        max_grade=None if kind is ColumnKind.LESSON else chance.choice([largest, largest, largest, Decimal(0)]),
        weight=None if kind is ColumnKind.LESSON else Decimal(chance.choice([0, 100, 150, 200, 333])) / 100,
    )


def _hundredths(value: Decimal | None) -> str:
    return str(int((value or 0) * 100))


def _by_script(node: str, columns: Sequence[Column]) -> list[list[str | None]]:
    told = {
        "columns": [
            {"kind": each.kind, "max": _hundredths(each.max_grade), "weight": _hundredths(each.weight)}
            for each in columns
        ],
        "rows": [
            [None if each.cells[place] is None else str(each.cells[place]) for each in columns]
            for place in range(_STUDENTS)
        ],
    }
    path = str(static_files._OWN / "grade-sheet.js")
    command = [node, "--input-type=commonjs", "--eval", f"(async () => {{{_SCRIPT}}})()", path]
    done = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[list[str | None]] = json.loads(done.stdout)
    return found


def _by_core(columns: Sequence[Column]) -> list[list[Any]]:
    averages, rates = Averages(columns, _STUDENTS), AttendanceRates(_STUDENTS)
    for column in columns:
        if column.kind is ColumnKind.LESSON:
            rates.add(column.cells)
        else:
            averages.add(column)
    return [[averages.of(place), rates.of(place)] for place in range(_STUDENTS)]


@pytest.mark.parametrize("seed", range(5))
def test_the_grid_finds_the_averages_and_rates_that_the_core_finds(node: str, seed: int) -> None:
    chance = random.Random(seed)
    columns = [_column(chance, number) for number in range(_COLUMNS if seed else 1)]
    shown = [[None if each is None else Decimal(each) for each in row] for row in _by_script(node, columns)]
    assert shown == _by_core(columns)
