"""A rule for late work in forms, of homework as of a group."""

from typing import Any

from atg_core.decimals import with_point
from atg_core.late_work import LateRule
from atg_entrypoints.console.forms import text_of

type Sent = dict[str, str | list[str]]

_NAMES = ("percent_per_day", "floor_percent", "zero_after_days")
_PREFIX = "late_rule."


def late_fields(rule: LateRule | None) -> dict[str, str]:
    """What the fields show."""
    return {name: _shown(getattr(rule, name)) if rule else "" for name in _NAMES}


def _shown(value: Any) -> str:
    if value is None:
        return ""
    text = f"{value:f}" if not isinstance(value, int) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def late_given(form: Sent) -> dict[str, str]:
    """What was typed."""
    return {name: text_of(form, _PREFIX + name).strip() for name in _NAMES}


def late_body(form: Sent) -> dict[str, Any]:
    """As the API takes it: nothing where the form has no such fields, no rule where they are empty."""
    if _PREFIX + _NAMES[0] not in form:
        return {}
    given = {name: value for name, value in late_given(form).items() if value}
    values: dict[str, Any] = {name: with_point(value) for name, value in given.items()}
    days = values.get("zero_after_days", "")
    if days.isascii() and days.isdigit() and len(days) < 10:
        values["zero_after_days"] = int(days)
    return {"late_rule": values or None}
