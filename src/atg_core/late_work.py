"""What late work costs: a rule of a piece of homework, and of a group for its new ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from atg_core.errors import Faults, Invalid

LATE_COLUMNS = ("late_percent_per_day", "late_floor_percent", "late_zero_after_days")
MOST_DAYS = 366
_HUNDREDTH, _WHOLE, _NOTHING = Decimal("0.01"), Decimal(100), Decimal(0)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRule:
    """`percent_per_day`: of the grade, taken off for each day that has begun, but no more than leaves `floor_percent`.

    `zero_after_days`: work that comes more days late than that has grade 0, whatever the floor. None: not so.
    """

    percent_per_day: Decimal | None = None
    floor_percent: Decimal | None = None
    zero_after_days: int | None = None

    @classmethod
    def of(cls, *columns: Any) -> "LateRule | None":
        """From the values of `LATE_COLUMNS`, in order; None where there is none."""
        rule = cls(percent_per_day=columns[0], floor_percent=columns[1], zero_after_days=columns[2])
        return None if rule == cls() else rule

    @property
    def columns(self) -> dict[str, Any]:
        return dict(zip(LATE_COLUMNS, (self.percent_per_day, self.floor_percent, self.zero_after_days), strict=True))

    def kept_percent(self, days: int) -> Decimal:
        """How much of a grade is left of work that is so many days late."""
        if days <= 0:
            return _WHOLE
        if self.zero_after_days is not None and days > self.zero_after_days:
            return _NOTHING
        return max(_WHOLE - (self.percent_per_day or _NOTHING) * days, self.floor_percent or _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateGrade:
    """A grade with what came off for lateness: `raw` as it was given, `days` late, `kept_percent` of it left."""

    raw: Decimal
    days: int
    kept_percent: Decimal

    @property
    def grade(self) -> Decimal:
        """What counts, rounded half up to two decimals."""
        return (self.raw * self.kept_percent / _WHOLE).quantize(_HUNDREDTH, ROUND_HALF_UP)

    @property
    def is_reduced(self) -> bool:
        return self.kept_percent < _WHOLE


def days_late(submitted_at: datetime, due_at: datetime | None) -> int:
    """The days of 24 hours that have begun since it was due; 0 for what came in time."""
    return max(0, -((due_at - submitted_at) // _A_DAY)) if due_at is not None else 0


def late_grade(raw: Decimal, submitted_at: datetime, due_at: datetime | None, rule: LateRule | None) -> LateGrade:
    days = days_late(submitted_at, due_at)
    return LateGrade(raw=raw, days=days, kept_percent=rule.kept_percent(days) if rule else _WHOLE)


def best_of(grades: Iterable[LateGrade]) -> LateGrade | None:
    """Of several attempts the one that counts most; of equal ones the one that was reduced least."""
    return max(grades, key=lambda each: (each.grade, each.kept_percent, each.raw), default=None)


def checked_late_rule(rule: LateRule | None, field: str = "late_rule") -> dict[str, Any]:
    """The columns of a rule. Raises Invalid for what is out of range, and for a floor without a percentage."""
    if rule is None:
        return dict.fromkeys(LATE_COLUMNS)
    faults = Faults()
    with faults:
        _require_percent(rule.percent_per_day, f"{field}.percent_per_day", above=_NOTHING)
    with faults:
        _require_percent(rule.floor_percent, f"{field}.floor_percent")
        if rule.floor_percent is not None and rule.percent_per_day is None:
            raise Invalid("is required", field=f"{field}.percent_per_day", code="required")
    with faults:
        if rule.zero_after_days is not None and not 0 <= rule.zero_after_days <= MOST_DAYS:
            path = f"{field}.zero_after_days"
            raise Invalid("must be between {low} and {high}", field=path, code="out_of_range", low=0, high=MOST_DAYS)
    faults.raise_any()
    return {
        name: value.quantize(_HUNDREDTH) if isinstance(value, Decimal) else value
        for name, value in rule.columns.items()
    }


def _require_percent(value: Decimal | None, field: str, above: Decimal | None = None) -> None:
    if value is None:
        return
    if not value.is_finite() or not 0 <= value <= _WHOLE or value == above:
        raise Invalid("must be between {low} and {high}", field=field, code="out_of_range", low=0, high=100)
    if value != value.quantize(_HUNDREDTH):
        raise Invalid("has two decimals at most", field=field, code="too_many_decimals")


def rule_of(row: Mapping[str, Any]) -> LateRule | None:
    """Of a record that may lack the columns."""
    return LateRule.of(*(row.get(name) for name in LATE_COLUMNS))


def changed_columns(before: LateRule | None, after: LateRule | None) -> dict[str, Any]:
    """Of an entry of the history: `old_late_percent_per_day` and so on, and `new_…`."""
    whole = {"old": before or LateRule(), "new": after or LateRule()}
    return {f"{when}_{name}": value for when, rule in whole.items() for name, value in rule.columns.items()}


def changed_rules(row: Mapping[str, Any]) -> dict[str, "LateRule | None"]:
    """`old_rule` and `new_rule` of such an entry."""
    return {f"{when}_rule": LateRule.of(*(row[f"{when}_{name}"] for name in LATE_COLUMNS)) for when in ("old", "new")}
