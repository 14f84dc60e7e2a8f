"""`docs/asvs.md` covers every requirement and names existing tests."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "asvs.md"
SECTIONS = {
    "4.1": 3,
    "4.2": 1,
    "4.3": 2,
    "4.4": 4,
    "5.1": 1,
    "5.2": 3,
    "5.3": 2,
    "5.4": 3,
    "6.1": 3,
    "6.2": 12,
    "6.3": 4,
    "6.4": 4,
    "6.5": 5,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 2,
    "7.6": 2,
    "8.1": 2,
    "8.2": 3,
    "8.3": 1,
    "8.4": 1,
    "9.1": 3,
    "9.2": 4,
    "10.1": 2,
    "10.2": 2,
    "10.3": 4,
    "10.4": 11,
    "10.5": 5,
    "10.6": 2,
    "10.7": 3,
}
"""How many requirements of levels 1 and 2 each section of V4 to V10 of ASVS 5.0.0 has; they are its first ones."""

TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LINK = re.compile(r"\]\(([^)]+)\)")
EXCUSE = re.compile(r"(does not apply|not met): \w+")


def rows() -> list[list[str]]:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if row[0] and set(row[0]) != {"-"}]


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_each_requirement_stands_there_once_and_in_order() -> None:
    wanted = [f"{section}.{number}" for section, most in SECTIONS.items() for number in range(1, most + 1)]
    assert [row[0] for row in rows()] == wanted


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_has_an_answer(row: list[str]) -> None:
    """Tests or documents that are there, or a reason."""
    _, asked, answer = row
    assert len(asked) > 5
    tests, links = TEST.findall(answer), [link for link in LINK.findall(answer) if "://" not in link]
    assert tests or links or EXCUSE.match(answer)
    assert answer.count("`tests/") == len(tests)
    for path, name in tests:
        assert name.startswith("test_")
        assert name in names_in(path)
    for link in links:
        assert (DOCUMENT.parent / link).exists()
    if answer.startswith("in part: "):
        assert "; " in answer
