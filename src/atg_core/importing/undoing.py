"""Which rows that an import has changed are put back, by what has happened to them since."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from atg_core.identity.model import Role
from atg_core.identity.staff import manages

# Who signed in, what was logged, what programs keep for themselves, and numbers that nobody may get twice.
UNRECORDED = frozenset(
    {
        *("alembic_version", "audit_events", "audit_seals", "catalog_version", "certificate_numbers"),
        *("campaign_counts", "idempotency_keys", "import_changes", "imports", "job_errors", "job_times", "jobs"),
        *("notice_rounds", "oauth_exchange_codes", "sign_in_tickets", "throttle_counters", "upload_quotas"),
        *("user_sessions", "file_uploads"),
    }
)
"""The tables of which an import takes nothing back."""
# What the program computes, and computes again; what it tells people by itself.
_FOLLOWING_TABLES = frozenset({"user_stats", "notices"})
_COUNTERS = {
    "stations": {"courses_count"},
    "course_programs": {"topics_count", "lessons_count", "tests_count"},
    "lessons": {"topics_count"},
    "lesson_tests": {"questions_count"},
    "final_tests": {"questions_count"},
}
_TIMES = frozenset({"updated_at"})
_LABELS = ("full_name", "title", "name", "username", "short_name", "code", "label", "text", "number", "file_name")
_PEOPLE = ("user_id", "student_id", "teacher_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`hindrance`: `changed`, `protected`, or None. `left`: columns that are left as they are now."""

    hindrance: str | None = None
    left: Set[str] = frozenset()


def is_followed(table: str) -> bool:
    """Whether rows of the table come by themselves and go with what they are about."""
    return table in _FOLLOWING_TABLES


def restorable(
    role: Role,
    table: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    now: Mapping[str, Any] | None,
) -> Verdict:
    """Of a row before an import, after it, and now; None where there is none. `role`: of who undoes it.

    A former email or password of an account is a way into it, whatever it may do by now.
    """
    if before is None and after is None:  # it came and went within the import
        return Verdict(hindrance="changed" if now else None)
    if is_followed(table) and (now is None or after is None):
        return Verdict()
    if (after is None) != (now is None):
        return Verdict(hindrance="changed")
    if after is None or now is None:
        return Verdict()
    written = after.keys() if before is None else {name for name in after if before.get(name) != after[name]}
    different = {name for name in after if now.get(name) != after[name]}
    own = (different & written) - _COUNTERS.get(table, set()) - _TIMES
    hindrance = None
    if own and not is_followed(table):
        hindrance = "changed"
    elif table == "users" and written - _TIMES and not manages(role, Role(now["role"])):
        hindrance = "protected"
    return Verdict(hindrance=hindrance, left=frozenset(different))


def label_of(row: Mapping[str, Any]) -> tuple[str, str | None]:
    """What a row is called, empty if it has no name; and the id of the person whom it is about."""
    label = next((str(row[name]) for name in _LABELS if row.get(name)), "")
    user_id = next((str(row[name]) for name in _PEOPLE if row.get(name)), None)
    return label[:100], user_id
