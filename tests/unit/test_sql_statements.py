"""Statements are compiled once, whether they are made at import or for each call."""

import gc
import weakref
from typing import Any

import pytest
import sqlalchemy as sa

from atg_adapters.sql.statements import POSTGRESQL, SQLITE, StatementCache

_PEOPLE = sa.table("people", sa.column("id", sa.Integer), sa.column("name", sa.String), sa.column("age", sa.Integer))


@pytest.fixture(params=[POSTGRESQL, SQLITE], ids=["postgresql", "sqlite"])
def cache(request: pytest.FixtureRequest) -> StatementCache:
    return StatementCache(request.param)


def bound(cache: StatementCache, statement: sa.Executable, values: dict[str, Any]) -> tuple[object, list[Any]]:
    compiled, given = cache.find(statement, values)
    return compiled, compiled.expanded(given)[1] if compiled.expanding else compiled.parameters(given)


def test_statements_that_differ_in_their_values_are_compiled_once(cache: StatementCache) -> None:
    def named(name: str, limit: int) -> sa.Executable:
        return sa.select(_PEOPLE).where(_PEOPLE.c.name == name, _PEOPLE.c.age > sa.bindparam("age")).limit(limit)

    one, first = bound(cache, named("Anna", 5), {"age": 30})
    two, second = bound(cache, named("Boris", 6), {"age": 40})
    assert one is two
    assert (first[:3], second[:3]) == (["Anna", 30, 5], ["Boris", 40, 6])


def test_the_values_of_an_update_and_of_a_list_are_its_own(cache: StatementCache) -> None:
    def older(ids: list[int], age: int) -> sa.Executable:
        return sa.update(_PEOPLE).where(_PEOPLE.c.id.in_(ids)).values(age=age)

    one, first = bound(cache, older([1], 30), {})
    two, second = bound(cache, older([2, 3], 40), {})
    assert one is two
    assert (first, second) == ([30, 1], [40, 2, 3])


def test_the_same_statement_for_other_columns_is_another_one(cache: StatementCache) -> None:
    statement = sa.insert(_PEOPLE)
    one, first = bound(cache, statement, {"id": 1, "name": "Anna"})
    two, second = bound(cache, statement, {"id": 2})
    assert one is not two
    assert (first, second) == ([1, "Anna"], [2])
    assert bound(cache, sa.insert(_PEOPLE), {"id": 3}) == (two, [3])


def test_a_value_that_is_missing_is_named(cache: StatementCache) -> None:
    with pytest.raises(KeyError, match="age"):
        bound(cache, sa.select(_PEOPLE).where(_PEOPLE.c.age == sa.bindparam("age")), {})


def test_a_statement_that_was_made_for_a_call_is_forgotten(cache: StatementCache) -> None:
    for ids in ([1], [2]):
        statement = sa.select(_PEOPLE).where(_PEOPLE.c.age > ids[0])
        expanding = sa.select(_PEOPLE).where(_PEOPLE.c.id.in_(ids))
        bound(cache, statement, {})
        bound(cache, expanding, {})
    left = weakref.ref(statement), weakref.ref(expanding)
    del statement, expanding
    gc.collect()
    assert [each() for each in left] == [None, None]
