"""The columns of a rule for late work, of a group as of a piece of homework."""

from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.types import Hundredths


def late_rule() -> tuple[sa.Column[Any], ...]:
    """None in all: late work counts as any other."""
    return (
        sa.Column("late_percent_per_day", Hundredths(precision=5, scale=2)),
        sa.Column("late_floor_percent", Hundredths(precision=5, scale=2)),
        sa.Column("late_zero_after_days", sa.Integer),
    )


def changed_late_rule() -> tuple[sa.Column[Any], ...]:
    """A rule before, `old_late_percent_per_day` and so on, and after."""
    return tuple(sa.Column(f"{when}_{each.name}", each.type) for when in ("old", "new") for each in late_rule())
