"""Kinds of the schedule: groups, lessons, recurring lessons and conference accounts."""

from atg_core.conferencing.model import ProviderName
from atg_core.importing.cells import boolean, choice, day, instant, integer, local_time, timezone
from atg_core.importing.declarations import column, refers
from atg_core.importing.model import Kind, ListColumn, Reference, RowCheck
from atg_core.schedule.model import LessonStatus, WeekType, require_rule, require_span

_TITLE = column("title", required=True)

GROUPS = Kind(
    name="groups",
    table="study_groups",
    key=("teacher_id", "name"),
    references=(refers("teacher", "users", "teacher_id"),),
    columns=(column("name", required=True, folded=True),),
    items=(
        ListColumn(header="students", table="group_students", parent="group_id", field="student_id", target="users"),
    ),
)
_GROUP = Reference(headers=("teacher", "group"), targets={GROUPS.name: "group_id"})

RECURRING_LESSONS = Kind(
    name="recurring-lessons",
    table="recurring_lessons",
    key=("group_id", "day_of_week", "week_type", "start_time"),
    references=(_GROUP,),
    columns=(
        _TITLE,
        column("day_of_week", integer(0, 6), required=True),
        column("week_type", choice(WeekType), default=WeekType.ALL),
        column("start_time", local_time, required=True),
        column("end_time", local_time, required=True),
        column("start_date", day, required=True),
        column("end_date", day, required=True),
        column("timezone", timezone, required=True),
        column("week_anchor", day),
    ),
    checks=(RowCheck(fields=("timezone", "start_time", "end_time", "start_date", "end_date"), require=require_rule),),
)
SCHEDULED_LESSONS = Kind(
    name="scheduled-lessons",
    table="scheduled_lessons",
    key=("group_id", "start_time"),
    references=(
        _GROUP,
        Reference(headers=("taught_by",), targets={"users": "teacher_id"}, required=False, fallback="teacher"),
    ),
    columns=(
        _TITLE,
        column("start_time", instant, required=True),
        column("end_time", instant, required=True),
        # Only starting a lesson makes it live, with a meeting.
        column(
            "status",
            choice(LessonStatus, but={LessonStatus.LIVE}),
            default=LessonStatus.PLANNED,
            kept_when_empty=True,
            reserved=LessonStatus.LIVE,
        ),
        # An imported timetable may overlap.
        column("allow_overlap", boolean, default=True),
    ),
    checks=(RowCheck(fields=("start_time", "end_time"), require=require_span),),
)
CONFERENCE_ACCOUNTS = Kind(
    name="conference-accounts",
    table="conference_accounts",
    key=("label",),
    columns=(
        column("label", required=True),
        column("provider", choice(ProviderName), required=True),
        column("provider_user_id"),
        column("is_enabled", boolean, default=True),
        column("capacity", integer(1, 100), default=1),
        column("daily_limit", integer(), default=100),
    ),
)
