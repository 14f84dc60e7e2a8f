"""Several writes as one statement of PostgreSQL: what each costs the driver is more than most of them take."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from atg_adapters.sql.statements import CompiledStatement

type Bound = tuple[CompiledStatement, str, Sequence[Any]]
"""A statement, its text and its parameters."""

_PARAMETER = re.compile(r"\$(\d+)")


def merged(bound: Sequence[Bound]) -> Sequence[Bound]:
    """The same writes in fewer statements, of which each has the ones before its last as CTEs.

    The writes of one statement see what was there before it and not each other's rows (PostgreSQL, "Data-Modifying
    Statements in WITH"): a second write to a table begins a new statement. With one that is no plain write they stay
    as they are.
    """
    if any(compiled.changes is None for compiled, *_ in bound):
        return bound
    groups: list[dict[str | None, Bound]] = [{}]
    for each in bound:
        table = each[0].changes
        if table in groups[-1]:
            groups.append({})
        groups[-1][table] = each
    return [_one(list(group.values())) for group in groups]


def _one(together: Sequence[Bound]) -> Bound:
    if len(together) == 1:
        return together[0]
    text = _text(tuple((text, len(parameters)) for _, text, parameters in together))
    return together[-1][0], text, [value for *_, parameters in together for value in parameters]


@lru_cache(maxsize=100)
def _text(statements: tuple[tuple[str, int], ...]) -> str:
    texts, before = [], 0
    for text, count in statements:
        texts.append(_PARAMETER.sub(lambda found, before=before: f"${int(found[1]) + before}", text))  # type: ignore[misc]
        before += count
    others = ", ".join(f"w{number} AS ({text})" for number, text in enumerate(texts[:-1]))
    return f"WITH {others} {texts[-1]}"
