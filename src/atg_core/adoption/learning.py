"""Rules for enrollments and certificates."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from uuid import UUID

from atg_core.adoption.model import Findings, Row, Rows
from atg_core.ids import NewId
from atg_core.learning.completion import certificate_number
from atg_core.learning.model import EnrollmentStatus, percent_of

_COUNTED = "progress_percent is that of completed topics, which gives another percent"
_COMPLETED = "are completed: all of their topics are"
_TOPICS = "topics were recorded as completed, in their order, as far as the percent goes"
_SECOND = "left out: the learner has a certificate of this course already"
_TITLED = "had no title, and have that of the course"
_NUMBERED = "were given a number"
_CODED = "were given a verification code"
_LONGEST_NAME, _LONGEST_NUMBER, _LONGEST_CODE = 255, 20, 64
_OURS = re.compile(r"ATG-(\d{4})-(\d{6,})")


@dataclass(slots=True, kw_only=True)
class AdoptedEnrollments:
    """Takes enrollments by their learners. Percents are counted by completed topics here, and there is no other record
    of those: as many as the percent allows are recorded."""

    topics_of: Mapping[UUID, Sequence[int]]
    findings: Findings
    new_id: NewId
    now: datetime
    progress: Rows = field(default_factory=list)
    """Rows of `user_topic_progress` that belong to the latest batch."""
    _learner: UUID | None = None
    _done: set[int] = field(default_factory=set)

    async def __call__(self, rows: Rows) -> Rows:
        self.progress = []
        for row in rows:
            if row["user_id"] != self._learner:
                self._learner, self._done = row["user_id"], set()
            self._record(row)
        if self.progress:
            self.findings.tell("user_topic_progress", _TOPICS, count=len(self.progress))
        return rows

    def _record(self, row: Row) -> None:
        topics = self.topics_of.get(row["course_id"], ())
        percent, status = row.get("progress_percent", 0), row.get("status")
        is_completed = status == EnrollmentStatus.COMPLETED
        count = len(topics) if is_completed else percent * len(topics) // 100
        row["topics_completed"], row["progress_percent"] = count, percent_of(count, len(topics))
        if row["progress_percent"] != percent:
            self.findings.tell("user_courses", _COUNTED)
        if topics and count == len(topics) and not is_completed:
            self.findings.tell("user_courses", _COMPLETED, row["id"])
        moments = ("completed_at", "last_activity", "started_at", "created_at")
        moment = next((row[name] for name in moments if row.get(name)), self.now)
        self.progress += [self._completed(row, topic, moment) for topic in topics[:count] if topic not in self._done]
        self._done.update(topics[:count])

    def _completed(self, row: Row, topic: int, moment: datetime) -> Row:
        return {
            "id": self.new_id(),
            "user_id": row["user_id"],
            "topic_id": topic,
            "completed": True,
            "completed_at": moment,
            "created_at": moment,
            "updated_at": moment,
        }


@dataclass(slots=True, kw_only=True)
class AdoptedCertificates:
    """Takes certificates by their dates. Numbers and codes that are there stay.

    `last`: the last number of each year.
    """

    findings: Findings
    new_code: Callable[[], str]
    timezone: tzinfo
    now: datetime
    last: Counter[int] = field(default_factory=Counter)
    _numbers: set[str] = field(default_factory=set)
    _codes: set[str] = field(default_factory=set)
    _certified: set[tuple[UUID, UUID]] = field(default_factory=set)

    def reserve(self, numbers: Sequence[str]) -> None:
        """Numbers that are there: none is given twice."""
        for number in numbers:
            if found := _OURS.fullmatch(number):
                year, last = int(found[1]), int(found[2])
                self.last[year] = max(self.last[year], last)

    async def __call__(self, rows: Rows) -> Rows:
        kept = []
        for row in rows:
            pair = (row["user_id"], row["course_id"])
            if pair in self._certified:
                self.findings.tell("certificates", _SECOND, row["id"])
                continue
            self._certified.add(pair)
            kept.append(self._settled(row))
        return kept

    def _settled(self, row: Row) -> Row:
        learner_name, course_title = row.pop("learner_name"), row.pop("course_title")
        row["full_name"] = row.get("full_name") or learner_name[:_LONGEST_NAME]
        if not row.get("title"):
            row["title"] = course_title
            self.findings.tell("certificates", _TITLED, row["id"])
        row["issued_at"] = row.get("issued_at") or row.get("created_at") or self.now
        row["number"] = self._number(row)
        row["verification_code"] = self._code(row)
        return row

    def _number(self, row: Row) -> str:
        number: str = row.get("number") or ""
        if not number or len(number) > _LONGEST_NUMBER or number in self._numbers:
            year = row["issued_at"].astimezone(self.timezone).year
            self.last[year] += 1
            number = certificate_number(year, self.last[year])
            self.findings.tell("certificates", _NUMBERED, row["id"])
        self._numbers.add(number)
        return number

    def _code(self, row: Row) -> str:
        code: str = row.get("verification_code") or ""
        if not code or len(code) > _LONGEST_CODE or code in self._codes:
            code = self.new_code()
            self.findings.tell("certificates", _CODED)
        self._codes.add(code)
        return code
