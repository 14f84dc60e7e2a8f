"""What Alembic finds between the schema of a database and the tables in the code, in words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_MISSING, _STRANGE = "is missing", "is not of this version"


def in_words(differences: Iterable[Any]) -> list[str]:
    """A line for each, sorted. `differences`: of `alembic.autogenerate.compare_metadata`."""
    return sorted(line for each in differences for line in _lines(each))


def _lines(difference: Any) -> Iterator[str]:
    if isinstance(difference, list):  # several about one column
        for each in difference:
            yield _of_column(each)
        return
    kind, *about = difference
    change, _, what = kind.partition("_")
    verdict = _MISSING if change == "add" else _STRANGE
    if what == "table":
        yield f"table {about[0].name} {verdict}"
    elif what == "column":
        _, table, column = about
        yield f"{table}: column {column.name} {verdict}"
    else:
        [thing, *_] = about
        columns = ", ".join(column.name for column in getattr(thing, "columns", ()))
        yield f"{thing.table.name}: {_NAMES.get(what, what)} {thing.name or ''} ({columns}) {verdict}"


_NAMES = {"fk": "foreign key"}


def _of_column(difference: Sequence[Any]) -> str:
    kind, _, table, column, _, found, meant = difference
    where = f"{table}: column {column}"
    if kind == "modify_type":
        return f"{where} is {found}, and {meant} in this version"
    if kind == "modify_nullable":
        may = {True: "may be empty", False: "may not be empty"}
        return f"{where} {may[bool(found)]}, and {may[bool(meant)]} in this version"
    return f"{where} has another {kind.removeprefix('modify_')} than in this version"
