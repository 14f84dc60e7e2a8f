"""Adding, inviting and removing students of a group, and taking invitations back."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.errors import AtgError, Invalid
from atg_core.schedule.invitations import InvitationNotFound
from atg_core.schedule.membership import AddStudents, WithdrawInvitation
from atg_core.schedule.model import Group, Student
from atg_core.schedule.ports import GroupNotFound, StudentNotInGroup
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, text_of, texts_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.schedule.group import (
    GROUP,
    Invited,
    address_of,
    confirmation,
    group_values,
    is_taught,
    taught_group,
)
from atg_entrypoints.console.schedule.groups import Asked, Edits, Now, Pages, Reads, Students, WordsQuery
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.schedule.groups_wire import StudentsAdded
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.wire import serial_or, uuid_or

_SEPARATORS = str.maketrans(";,\t\r", "\n\n\n\n")
_AROUND = "<>()[]\"'«»"
_ADD = "schedule/add_students"
_NOBODY_CHOSEN = phrase("Choose at least one student")
_NO_EMAILS = phrase("Enter at least one email")

Adds = NamedDependency[SkipValidation[AddStudents]]


def emails_in(text: str) -> list[str]:
    """Of a pasted list, each once: by lines, commas or semicolons, with or without names around the addresses.

    A part without an address is given as it is, so that it is told to be malformed.
    """
    return list(dict.fromkeys(_emails_in(text)))


def _emails_in(text: str) -> Iterator[str]:
    for part in text.translate(_SEPARATORS).split("\n"):
        words = part.split()
        addresses = [word.strip(_AROUND) for word in words if "@" in word]
        yield from addresses or ([" ".join(words)] if words else [])


@post("/groups/{group_id:str}/students", policy=TEACHER, status_code=HTTPStatus.OK)
async def invite_students(
    *,
    request: Asked,
    group_id: FromPath[str],
    data: Form,
    add_group_students: Adds,
    schedule_queries: Reads,
    invitation_queries: Invited,
    clock: Now,
) -> Response[str]:
    """The group again, with what became of each email."""
    key, text = serial_or(GroupNotFound, group_id), text_of(data, "emails")
    try:
        given = checked(StudentsAdded, {"emails": emails_in(text)})
        if not given.emails:
            raise Invalid(_NO_EMAILS, field="emails", code="required")
        results = await add_group_students(viewer_of(request), key, [], given.emails)
    except Refusals as error:
        values = await group_values(request, key, schedule_queries, invitation_queries, clock)
        return form_again(request, GROUP, {**values, "emails": text}, _at_emails(error))
    values = await group_values(request, key, schedule_queries, invitation_queries, clock)
    kept = [email for email, result in results.items() if result == "malformed"]
    return page(request, GROUP, {**values, **CLEAN, "results": results, "emails": "\n".join(kept)})


def _at_emails(error: AtgError) -> AtgError:
    """Faults of single addresses stand at the field that has all of them."""
    if any(fault.field.startswith("emails[") for fault in error.faults):
        return Invalid(phrase("An address here is far too long"), field="emails", code="too_long")
    return error


@get("/groups/{group_id:str}/students/add", policy=TEACHER)
async def choose_students(
    *,
    request: Asked,
    group_id: FromPath[str],
    schedule_queries: Reads,
    student_queries: Students,
    paging: Pages,
    q: WordsQuery = "",
) -> Response[str]:
    """Students of other groups of the same teacher, by a part of the name."""
    group = await taught_group(request, serial_or(GroupNotFound, group_id), schedule_queries)
    return page(request, _ADD, {**await _choice(request, group, student_queries, paging, q), **CLEAN})


async def _choice(request: Asked, group: Group, queries: Students, paging: Pages, words: str) -> dict[str, Any]:
    found, total = await queries.students(viewer_of(request), words, group.id, limit=paging.size, offset=paging.offset)
    return {"group": group, "found": paging.of(found, total), "q": words.strip()}


@post("/groups/{group_id:str}/students/add", policy=TEACHER, status_code=HTTPStatus.OK)
async def add_chosen_students(
    *,
    request: Asked,
    group_id: FromPath[str],
    data: Form,
    add_group_students: Adds,
    schedule_queries: Reads,
    student_queries: Students,
    paging: Pages,
) -> Response[Any]:
    group = await taught_group(request, serial_or(GroupNotFound, group_id), schedule_queries)
    try:
        given = checked(StudentsAdded, {"student_ids": texts_of(data, "student_ids")})
        if not given.student_ids:
            raise Invalid(_NOBODY_CHOSEN, field="student_ids", code="required")
        await add_group_students(viewer_of(request), group.id, given.student_ids, [])
    except Refusals as error:
        values = await _choice(request, group, student_queries, paging, text_of(data, "q"))
        return form_again(request, _ADD, values, error)
    return led_to(f"{address_of(group.id)}?done=added")


def _removal(group: Group, student: Student) -> dict[str, Any]:
    return {
        "title": phrase("Remove the student from the group?"),
        "text": phrase(
            "{name} no longer sees the group, its lessons and homework. Grades and attendance stay, and are shown "
            "again if the student comes back: by a code or an invitation."
        ),
        "parameters": {"name": student.full_name or student.username},
        "action": f"{address_of(group.id)}/students/{student.id}/remove",
        "button": phrase("Remove from the group"),
    }


@get("/groups/{group_id:str}/students/{student_id:str}/remove", policy=TEACHER)
async def ask_to_remove_student(
    request: Asked, group_id: FromPath[str], student_id: FromPath[str], schedule_queries: Reads
) -> Response[str]:
    key, student = serial_or(GroupNotFound, group_id), uuid_or(StudentNotInGroup, student_id)
    group, students = await schedule_queries.group(viewer_of(request), key)
    if not is_taught(request, group):
        raise GroupNotFound
    return confirmation(request, group, _removal(group, _student_of(students, student)))


def _student_of(students: Sequence[Student], student_id: UUID) -> Student:
    """Raises StudentNotInGroup."""
    found = next((student for student in students if student.id == student_id), None)
    if found is None:
        raise StudentNotInGroup
    return found


@post("/groups/{group_id:str}/students/{student_id:str}/remove", policy=TEACHER, status_code=HTTPStatus.OK)
async def remove_student(
    request: Asked, group_id: FromPath[str], student_id: FromPath[str], edit_groups: Edits
) -> Response[Any]:
    """Who has left meanwhile is none, as was wanted."""
    key = serial_or(GroupNotFound, group_id)
    with suppress(StudentNotInGroup):
        await edit_groups.remove_student(viewer_of(request), key, uuid_or(StudentNotInGroup, student_id))
    return led_to(f"{address_of(key)}?done=removed")


@post("/groups/{group_id:str}/invitations/{invitation_id:str}/withdraw", policy=TEACHER, status_code=HTTPStatus.OK)
async def withdraw_here(
    request: Asked,
    group_id: FromPath[str],
    invitation_id: FromPath[str],
    withdraw_invitation: NamedDependency[SkipValidation[WithdrawInvitation]],
) -> Response[Any]:
    """It may have been answered meanwhile, which is told."""
    key, done = serial_or(GroupNotFound, group_id), "withdrawn"
    try:
        await withdraw_invitation(viewer_of(request), key, uuid_or(InvitationNotFound, invitation_id))
    except InvitationNotFound:
        done = "answered"
    return led_to(f"{address_of(key)}?done={done}")


HANDLERS: Sequence[BaseRouteHandler] = (
    invite_students,
    choose_students,
    add_chosen_students,
    ask_to_remove_student,
    remove_student,
    withdraw_here,
)
