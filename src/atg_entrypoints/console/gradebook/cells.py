"""What cells of a journal say on pages and in forms, and what was written into them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from atg_core.decimals import read_decimal
from atg_core.errors import Invalid
from atg_core.gradebook.model import AttendanceStatus, Cell, Column, ColumnKind, two_decimals
from atg_core.words import Language, phrase
from atg_entrypoints.console.forms import line_of, text_of

type Sent = dict[str, str | list[str]]

LETTERS: Mapping[AttendanceStatus, str] = {
    AttendanceStatus.PRESENT: phrase("mark: present"),
    AttendanceStatus.ABSENT: phrase("mark: absent"),
    AttendanceStatus.LATE: phrase("mark: late"),
    AttendanceStatus.EXCUSED: phrase("mark: excused"),
}
"""Single letters, as journals of schools have them."""

STATUS_WORDS: Mapping[AttendanceStatus, str] = {
    AttendanceStatus.PRESENT: phrase("attendance: present"),
    AttendanceStatus.ABSENT: phrase("attendance: absent"),
    AttendanceStatus.LATE: phrase("attendance: late"),
    AttendanceStatus.EXCUSED: phrase("attendance: excused"),
}
MARK_LABELS: Mapping[AttendanceStatus, str] = {**STATUS_WORDS, AttendanceStatus.EXCUSED: phrase("with a reason")}
"""As buttons have them, side by side on a phone."""

EXCUSED = ("\u0443", "e", "excused")
"""What is written instead of a grade for who is excused: the letter of the mark, in Russian and in English."""


def number_of(grade: Decimal, language: Language) -> str:
    """Without zeros at the end, and with a comma in Russian."""
    text = f"{grade:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if language is Language.RU else text


def key_of(column: Column) -> str:
    """Names a column in addresses."""
    return f"{column.kind}-{column.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A cell as a form shows it, whose fields have names that end with `key`.

    `typed`: what it says; `was`: what was there when it was shown. `comment_was`: the comment then; None: the form has
    none. `current`: what somebody else has written meanwhile.
    """

    key: str
    column: Column
    student_id: UUID
    name: str
    typed: str
    was: str
    comment: str | None = None
    comment_was: str | None = None
    current: str | None = None

    @property
    def is_changed(self) -> bool:
        return self.cell() != self.before() or self.comment != self.comment_was

    def cell(self) -> Cell:
        """What was typed. Raises Invalid."""
        if not self.typed:
            return None
        if self.column.kind is ColumnKind.LESSON:
            if self.typed not in AttendanceStatus:
                raise Invalid("must be a mark of attendance", field=f"cell-{self.key}", code="unknown_mark")
            return AttendanceStatus(self.typed)
        if self.typed.lower() in EXCUSED:
            return AttendanceStatus.EXCUSED
        grade, most = read_decimal(self.typed), self.column.max_grade or Decimal(0)
        if grade is None:
            raise Invalid("must be a number", field=f"cell-{self.key}", code="number")
        return two_decimals(grade, maximum=most, field=f"cell-{self.key}")

    def before(self) -> Cell:
        """What was there when the form was shown."""
        if self.column.kind is ColumnKind.LESSON:
            return AttendanceStatus(self.was) if self.was in AttendanceStatus else None
        if self.was == AttendanceStatus.EXCUSED:
            return AttendanceStatus.EXCUSED
        return Decimal(self.was) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", self.was) else None

    def saved(self) -> "Line":
        """As it is then: what was typed is what is there."""
        return replace(self, was=_raw(self.cell()), comment_was=self.comment)

    def shown_again(self, current: Cell, language: Language) -> "Line":
        """For who was late: what was typed stands beside what is there."""
        return replace(
            self,
            was=_raw(current),
            current=_typed(current, language, is_grade=self.column.kind is not ColumnKind.LESSON),
        )


def line_of_cell(
    cell: Cell, language: Language, *, key: str, column: Column, student_id: UUID, name: str, comment: str | None = None
) -> Line:
    """As the form shows it first."""
    return Line(
        key=key,
        column=column,
        student_id=student_id,
        name=name,
        typed=_typed(cell, language, is_grade=column.kind is not ColumnKind.LESSON),
        was=_raw(cell),
        comment=comment,
        comment_was=comment,
    )


def _typed(cell: Cell, language: Language, *, is_grade: bool) -> str:
    """As somebody would write it: a grade with its comma."""
    if cell is AttendanceStatus.EXCUSED and is_grade:
        return EXCUSED[0] if language is Language.RU else EXCUSED[1]
    return number_of(cell, language) if isinstance(cell, Decimal) else _raw(cell)


def _raw(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def sent_lines(lines: Sequence[Line], form: Sent) -> Iterator[Line]:
    """The lines with what a form says of them; those of which it says nothing are left as they are, and homework."""
    for line in lines:
        if f"was-{line.key}" not in form or line.column.kind is ColumnKind.HOMEWORK:
            yield line
            continue
        sent = replace(line, typed=text_of(form, f"cell-{line.key}").strip(), was=text_of(form, f"was-{line.key}"))
        if line.comment_was is not None:
            comment, before = line_of(form, f"comment-{line.key}") or "", text_of(form, f"comment-was-{line.key}")
            sent = replace(sent, comment=comment, comment_was=before.replace("\r\n", "\n").strip())
        yield sent
