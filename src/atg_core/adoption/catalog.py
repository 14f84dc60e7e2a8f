"""Rules for what the catalog allows once for each parent."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from atg_core.adoption.model import Findings, Row, Rows
from atg_core.catalog.model import FileType

_GIVEN = "had no {column}, and were given one"
_RENAMED = "had the {column} of another one of the same parent, and a number was added to it"
_SECOND_TEST = "left out: there is another test in its place"
_UNCOUNTED = "questions_count is that of the questions, and there are none"
_SAME_OBJECT = "left out: the topic has this object already"
_SECOND_PDF = "is an additional document now: the topic has a main PDF"


@dataclass(slots=True)
class NamedOnce:
    """Rows, by their parents, whose `column` differs within a parent."""

    findings: Findings
    table: str
    parent: str
    column: str
    longest: int
    given: str = "{id}"
    _parent: Any = None
    _taken: set[str] = field(default_factory=set)

    async def __call__(self, rows: Rows) -> Rows:
        for row in rows:
            if row[self.parent] != self._parent:
                self._parent, self._taken = row[self.parent], set()
            self._settle(row)
            self._taken.add(row[self.column])
        return rows

    def _settle(self, row: Row) -> None:
        if not row.get(self.column):
            row[self.column] = self.given.format(**row)
            self.findings.tell(self.table, _GIVEN.format(column=self.column), row["id"])
        if row[self.column] in self._taken:
            row[self.column] = self._numbered(row[self.column])
            self.findings.tell(self.table, _RENAMED.format(column=self.column), row["id"])

    def _numbered(self, name: str) -> str:
        endings = (f" ({number})" for number in count(2))
        candidates = (name[: self.longest - len(ending)] + ending for ending in endings)
        return next(each for each in candidates if each not in self._taken)


@dataclass(slots=True)
class OneTest:
    """Tests by their parents, active ones first: a parent has one. Questions are not in that database."""

    findings: Findings
    table: str
    parent: str
    _parent: Any = None

    async def __call__(self, rows: Rows) -> Rows:
        kept = []
        for row in rows:
            if row[self.parent] == self._parent:
                self.findings.tell(self.table, _SECOND_TEST, row["id"])
                continue
            self._parent = row[self.parent]
            if row.get("questions_count"):
                row["questions_count"] = 0
                self.findings.tell(self.table, _UNCOUNTED)
            kept.append(row)
        return kept


@dataclass(slots=True)
class TopicFiles:
    """Files by their topics: an object once for each topic, and one active main PDF."""

    findings: Findings
    _topic: Any = None
    _objects: set[str] = field(default_factory=set)
    _has_main: bool = False

    async def __call__(self, rows: Rows) -> Rows:
        return [row for row in rows if self._is_kept(row)]

    def _is_kept(self, row: Row) -> bool:
        if row["topic_id"] != self._topic:
            self._topic, self._objects, self._has_main = row["topic_id"], set(), False
        if row["minio_object_name"] in self._objects:
            self.findings.tell("topic_files", _SAME_OBJECT, row["id"])
            return False
        self._objects.add(row["minio_object_name"])
        if row["file_type"] == FileType.MAIN_PDF and row.get("is_active", True):
            if self._has_main:
                row["file_type"] = FileType.DOCUMENT
                self.findings.tell("topic_files", _SECOND_PDF, row["id"])
            self._has_main = True
        return True
