"""The words of notices, in a language and a time zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from string import Formatter
from uuid import UUID

from atg_core.notices.model import COURSE_KINDS, Notice
from atg_core.notifier import NO_DUE_DATE, NoticeKind
from atg_core.words import Language, Words, phrase

_TIME_FORMAT = {Language.RU: "%d.%m.%Y %H:%M %Z", Language.EN: "%Y-%m-%d %H:%M %Z"}
_DUE = phrase("It is due on {due_at}.")
_WAS_DUE = phrase("It was due on {due_at}.")
_GROUP = phrase("Group: {group}.")
_TEACHER = phrase("Teacher: {teacher}.")
_GRADE = phrase("Your grade: {grade} of {max_grade}.")

HEADLINES: Mapping[NoticeKind, str] = {
    NoticeKind.COURSE_ASSIGNED: phrase("You have been assigned a course: {title}"),
    NoticeKind.COURSE_DUE_14: phrase("A course is due soon: {title}"),
    NoticeKind.COURSE_DUE_3: phrase("A course is due in a few days: {title}"),
    NoticeKind.COURSE_DUE_0: phrase("A course is due today: {title}"),
    NoticeKind.COURSE_OVERDUE: phrase("A course is overdue: {title}"),
    NoticeKind.COURSE_REMINDER: phrase("You are asked to complete a course: {title}"),
    NoticeKind.TEAM_OVERDUE: phrase("A course of one of your people is overdue: {title}"),
    NoticeKind.CERTIFICATE_ISSUED: phrase("Your certificate: {title}"),
    NoticeKind.LESSON_MOVED: phrase("A lesson was moved: {title}"),
    NoticeKind.LESSON_CANCELLED: phrase("A lesson was cancelled: {title}"),
    NoticeKind.LESSON_RESTORED: phrase("A lesson takes place after all: {title}"),
    NoticeKind.RULE_CHANGED: phrase("Lessons were moved or cancelled: {title}"),
    NoticeKind.HOMEWORK_PUBLISHED: phrase("New homework: {title}"),
    NoticeKind.HOMEWORK_WAITING: phrase("Work waits for your grade: {title}"),
    NoticeKind.HOMEWORK_GRADED: phrase("Graded: {title}"),
    NoticeKind.GRADE: phrase("A new grade: {title}"),
    NoticeKind.WEEKLY_REPORT: phrase("Your week on the platform"),
}
KIND_NAMES: Mapping[NoticeKind, str] = {
    NoticeKind.COURSE_ASSIGNED: phrase("a course was assigned"),
    NoticeKind.COURSE_DUE_14: phrase("a course is due in 14 days"),
    NoticeKind.COURSE_DUE_3: phrase("a course is due in 3 days"),
    NoticeKind.COURSE_DUE_0: phrase("a course is due today"),
    NoticeKind.COURSE_OVERDUE: phrase("a course is overdue"),
    NoticeKind.COURSE_REMINDER: phrase("you are reminded of a course"),
    NoticeKind.TEAM_OVERDUE: phrase("a course of one of your people is overdue"),
    NoticeKind.CERTIFICATE_ISSUED: phrase("a certificate was issued"),
    NoticeKind.LESSON_MOVED: phrase("a lesson was moved"),
    NoticeKind.LESSON_CANCELLED: phrase("a lesson was cancelled"),
    NoticeKind.LESSON_RESTORED: phrase("a cancelled lesson takes place after all"),
    NoticeKind.RULE_CHANGED: phrase("recurring lessons were changed"),
    NoticeKind.HOMEWORK_PUBLISHED: phrase("new homework"),
    NoticeKind.HOMEWORK_WAITING: phrase("homework waits to be graded"),
    NoticeKind.HOMEWORK_GRADED: phrase("homework was graded"),
    NoticeKind.GRADE: phrase("a new grade"),
    NoticeKind.WEEKLY_REPORT: phrase("the weekly report"),
}
_LINES: Mapping[NoticeKind, Sequence[str]] = {
    NoticeKind.COURSE_ASSIGNED: (_DUE,),
    NoticeKind.COURSE_DUE_14: (_DUE,),
    NoticeKind.COURSE_DUE_3: (_DUE,),
    NoticeKind.COURSE_DUE_0: (_DUE,),
    NoticeKind.COURSE_OVERDUE: (_WAS_DUE,),
    NoticeKind.COURSE_REMINDER: (_WAS_DUE,),
    NoticeKind.TEAM_OVERDUE: (phrase("Learner: {person}."), _WAS_DUE),
    NoticeKind.CERTIFICATE_ISSUED: (phrase("Its number is {number}."),),
    NoticeKind.LESSON_MOVED: (phrase("It begins on {start_at} instead of {before_at}."), _GROUP),
    NoticeKind.LESSON_CANCELLED: (phrase("It was to begin on {start_at}."), _GROUP),
    NoticeKind.LESSON_RESTORED: (phrase("It begins on {start_at}."), _GROUP),
    NoticeKind.RULE_CHANGED: (phrase("The calendar shows them as they are now."), _GROUP),
    NoticeKind.HOMEWORK_PUBLISHED: (_GROUP, _TEACHER, _DUE),
    NoticeKind.HOMEWORK_WAITING: (phrase("Handed in by {person}."), _GROUP),
    NoticeKind.HOMEWORK_GRADED: (_GRADE, _TEACHER),
    NoticeKind.GRADE: (_GRADE, _GROUP, _TEACHER),
    NoticeKind.WEEKLY_REPORT: (),
}
_BY_DUE_DATE = COURSE_KINDS - {NoticeKind.COURSE_REMINDER} | {NoticeKind.TEAM_OVERDUE}
"""Whose occasion is the due date."""
_PATHS: Mapping[str, str] = {
    "course": "/app/courses/{}",
    "homework": "/app/homework/{}",
    "submission": "/app/submissions/{}",
    "lesson": "/app/lessons/{}",
    "rule": "/app/calendar",
    "certificate": "/app/results",
    "control_point": "/app/grades",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """A notice as one person reads it."""

    headline: str
    lines: Sequence[str]
    path: str

    @property
    def text(self) -> str:
        return " ".join(self.lines)


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """`zone`: in which moments are told."""

    words: Words
    language: Language
    zone: tzinfo

    def of(self, notice: Notice) -> Wording:
        """A line is left out where one of its facts is not known."""
        facts = {name: self._told(name, value) for name, value in _facts(notice).items() if value is not None}
        lines = [each for each in _LINES[notice.kind] if _names(each) <= facts.keys()]
        return Wording(
            headline=self.words.text(HEADLINES[notice.kind], self.language, **facts),
            lines=[self.words.text(each, self.language, **facts) for each in lines],
            path=path_of(notice),
        )

    def moment(self, value: datetime) -> str:
        return value.astimezone(self.zone).strftime(_TIME_FORMAT[self.language])

    def _told(self, name: str, value: object) -> object:
        if not name.endswith("_at"):
            return value
        return self.moment(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)))


def path_of(notice: Notice) -> str:
    """The page of the console that shows the subject."""
    what, key = notice.subject.partition(":")[0], notice.subject_key
    if what == "lesson" and notice.kind is NoticeKind.LESSON_CANCELLED:
        return "/app/calendar"
    if what == "learner":
        return f"/app/training/late?course_id={UUID(key.partition(':')[0])}"
    return _PATHS.get(what, "/app/").format(UUID(key) if what == "course" else key)


def _facts(notice: Notice) -> Mapping[str, object]:
    facts: dict[str, object] = {"title": notice.title, **notice.details}
    if notice.kind in _BY_DUE_DATE and notice.occasion > NO_DUE_DATE:
        facts["due_at"] = notice.occasion
    return facts


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}
