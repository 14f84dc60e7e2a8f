"""The JSON of a rule for late work, of homework as of a group."""

from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.late_work import LateRule, checked_late_rule
from atg_entrypoints.http.openapi import DECIMAL_INPUT

type Percent = Annotated[Decimal, Meta(examples=["10"], extra_json_schema={"extra": DECIMAL_INPUT})]


class LateRuleGiven(Struct, frozen=True, kw_only=True):
    """What late work costs: a percentage for each day that has begun, down to a floor, or all of it after some days."""

    percent_per_day: Percent | None = None
    floor_percent: Percent | None = None
    zero_after_days: Annotated[int, Meta(ge=0, le=366)] | None = None

    def rule(self) -> LateRule:
        return LateRule(
            percent_per_day=self.percent_per_day,
            floor_percent=self.floor_percent,
            zero_after_days=self.zero_after_days,
        )


class LateRuleRow(Struct, frozen=True, kw_only=True):
    percent_per_day: Decimal | None
    floor_percent: Decimal | None
    zero_after_days: int | None


def late_rule_columns(given: LateRuleGiven | UnsetType | None) -> dict[str, Any]:
    """Nothing where a body does not name it. Raises Invalid."""
    return {} if given is UNSET else checked_late_rule(given.rule() if given else None)
