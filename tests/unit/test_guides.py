"""The guides for developers name files and classes that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = (ROOT / "docs" / "extending.md", ROOT / "README.md")
SOURCES = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))


def is_there(name: str) -> bool:
    return (ROOT / name).exists() or any(any((ROOT / base).glob(f"**/{name}")) for base in ("src", "tests"))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_files_that_a_guide_names_are_there(guide: Path) -> None:
    named = re.findall(r"`((?:[a-z_]+/)+[a-z0-9_]+\.py)`", guide.read_text())
    assert named
    assert [name for name in named if not is_there(name)] == []


def test_the_classes_and_functions_that_the_guide_names_are_there() -> None:
    named = re.findall(r"`(?:[a-z_]+ = use_case\()?([A-Z][a-z]+[A-Z]\w+|_?[a-z]+_[a-z_]+)[`,)]", GUIDES[0].read_text())
    assert len(named) > 10
    assert [name for name in named if not re.search(rf"\b{name}\b", SOURCES)] == []
