"""The descriptions of the kinds fit the tables and each other."""

import pytest

from atg_adapters.sql.tables import metadata
from atg_core.importing.kinds import KINDS, STORED_KINDS
from atg_core.importing.model import Choice, Kind


@pytest.mark.parametrize("kind", STORED_KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_describes_columns_that_are_there(kind: Kind) -> None:
    table = metadata.tables[kind.table]
    assert kind.main_fields | set(kind.key) | set(kind.constants) <= set(table.c.keys())
    if kind.profile_table:
        assert kind.profile_fields <= set(metadata.tables[kind.profile_table].c.keys())
    for listed in kind.items:
        columns = set(metadata.tables[listed.table].c.keys())
        assert {listed.parent, listed.field, "order_index", *(listed.chosen or ())[1:]} <= columns


@pytest.mark.parametrize("kind", STORED_KINDS.values(), ids=lambda kind: kind.name)
def test_what_a_table_needs_is_required_or_has_a_default(kind: Kind) -> None:
    given = {column.field for column in kind.columns if column.required or column.default is not None}
    given |= {field for reference in kind.references if reference.required for field in reference.targets.values()}
    for column in metadata.tables[kind.table].columns:
        if not column.nullable and column.server_default is None and column.name != "id":
            assert column.name in given, column.name


def test_each_kind_comes_after_those_it_refers_to() -> None:
    seen: set[str] = set()
    for declared in KINDS.values():
        kinds = list(declared.by.values()) if isinstance(declared, Choice) else [declared]
        for kind in kinds:
            assert {target for reference in kind.references for target in reference.targets} <= seen
        seen |= {kind.name for kind in kinds}


def test_a_lengths_limit_is_that_of_the_table() -> None:
    """A text that the checks let through is never too long for its column."""
    for kind in STORED_KINDS.values():
        for column in kind.columns:
            name = kind.profile_table if column.in_profile else kind.table
            limit = getattr(metadata.tables[name].c[column.field].type, "length", None)
            if limit and not column.secret:
                with pytest.raises(ValueError):
                    column.parse("x" * (limit + 1))
