"""Russian stands in the catalogue alone, but for data: what people write in their files, examples, and defaults."""

import re

import pytest

from atg_adapters.words.extraction import SOURCES

_CYRILLIC = re.compile("[А-Яа-яЁё]")
_DATA = {
    "atg_adapters/sql/migrations": "the default of a column",
    "atg_adapters/sql/tables/catalog.py": "the default of a column",
    "atg_adapters/memory/catalog/curriculum.py": "the default of a column",
    "atg_core/importing": "words that stand in people's files",
    "atg_adapters/tabular": "words that stand in people's files",
    "atg_core/catalog/model.py": "an example",
    "atg_entrypoints/http/catalog/queries_wire.py": "examples of the API's document",
    "atg_entrypoints/http/files/wire.py": "an example of the API's document",
    "atg_entrypoints/cli/demo_files.py": "what the demo shows",
    "atg_entrypoints/console/templates/base.html": "the name of the language, which is said in it",
    "atg_entrypoints/console/templates/identity/account.html": "the name of the language, which is said in it",
    "atg_adapters/samples": "what the demo shows",
}


def _with_russian() -> set[str]:
    return {
        str(path.relative_to(SOURCES))
        for kind in ("py", "html", "txt", "js")
        for path in SOURCES.rglob(f"*.{kind}")
        if not {"examples", "browser_packages"} & {*path.parts} and _CYRILLIC.search(path.read_text(encoding="utf-8"))
    }


def test_no_sentence_is_russian_outside_of_the_catalogue() -> None:
    assert [path for path in sorted(_with_russian()) if not path.startswith(tuple(_DATA))] == []


@pytest.mark.parametrize("place", _DATA)
def test_an_exception_is_still_one(place: str) -> None:
    assert any(path.startswith(place) for path in _with_russian())
