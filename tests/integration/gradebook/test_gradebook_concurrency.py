"""Concurrent grading, and constraints and triggers of grades, on SQLite and PostgreSQL."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.tables.gradebook import (
    control_point_changes,
    control_point_grade_changes,
    control_point_grades,
    control_points,
)
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.gradebook_classroom import GradebookClassroom, of

_grades, _changes = control_point_grades.c, control_point_grade_changes.c


@pytest.fixture
async def classroom(client: httpx.AsyncClient, stocked: Container) -> GradebookClassroom:
    return await GradebookClassroom.open(stocked, client)


async def histories(container: Container) -> dict[Any, list[tuple[Decimal | None, Decimal | None]]]:
    """The grade history by student, oldest first."""
    told: dict[Any, list[tuple[Decimal | None, Decimal | None]]] = {}
    for row in sorted(await rows_of(container, "control_point_grade_changes"), key=lambda row: row["id"]):
        told.setdefault(row["student_id"], []).append((row["old_grade"], row["new_grade"]))
    return told


async def test_two_tabs_that_grade_the_same_students_lose_nothing(classroom: GradebookClassroom) -> None:
    """G8: each change follows from the one before it, and the last one is what there is."""
    point, pupils = await classroom.point(max_grade=100), (classroom.boris, classroom.vera)
    bodies = [
        [of(pupil, grade=number) for pupil in (pupils if number % 2 else reversed(pupils))] for number in range(1, 25)
    ]
    tabs = (classroom.teacher, classroom.admin)
    await asyncio.gather(
        *(tabs[number % 2].put(f"/control-points/{point}/grades", body) for number, body in enumerate(bodies))
    )
    stored = {row["student_id"]: row["grade"] for row in await rows_of(classroom.container, "control_point_grades")}
    told = await histories(classroom.container)
    assert set(told) == set(stored) == {pupil.id for pupil in pupils}
    for student, changes in told.items():
        assert len(changes) == 24
        assert [old for old, _ in changes] == [None, *(new for _, new in changes[:-1])]
        assert changes[-1][1] == stored[student]
        assert {new for _, new in changes} == {Decimal(number) for number in range(1, 25)}
    actors = {row["actor_id"] for row in await rows_of(classroom.container, "control_point_grade_changes")}
    assert actors == {classroom.teacher.id, classroom.admin.id}


async def test_two_tabs_that_grade_one_student_each_keep_both(classroom: GradebookClassroom) -> None:
    for _ in range(5):
        point = await classroom.point()
        await asyncio.gather(classroom.grade(point, boris=5), classroom.grade(point, by="admin", vera=6))
        grades = await classroom.teacher.get(f"/control-points/{point}/grades")
        assert [(row["student_name"], row["grade"]) for row in grades] == [("Boris", "5.00"), ("Vera", "6.00")]


async def test_of_many_who_grade_upon_the_same_grade_one_does_and_the_others_see_theirs(
    classroom: GradebookClassroom,
) -> None:
    point = await classroom.point(max_grade=100)
    path, was = f"/control-points/{point}/grades", None
    for first in (1, 20, 40):
        headers = {"Authorization": f"Bearer {classroom.teacher.token}"}
        replies = await asyncio.gather(
            *(
                classroom.teacher.client.put(path, json=[of(classroom.boris, grade=number, was=was)], headers=headers)
                for number in range(first, first + 8)
            )
        )
        assert sorted(reply.status_code for reply in replies) == [200] + [409] * 7
        [stored] = await classroom.teacher.get(path)
        late = [reply.json() for reply in replies if reply.status_code == 409]
        assert {each["code"] for each in late} == {"changed_meanwhile"}
        assert all(each["current"] == [of(classroom.boris, grade=stored["grade"])] for each in late)
        was = stored["grade"]
    assert len(await classroom.changes()) == 3


async def test_each_mark_of_many_at_once_follows_in_the_history_from_the_one_before(
    classroom: GradebookClassroom,
) -> None:
    lesson = await classroom.lesson(3)
    await asyncio.gather(
        *(classroom.mark(lesson, boris=status) for status in ("present", "absent", "late", "excused") * 4)
    )
    rows = sorted(await rows_of(classroom.container, "attendance_changes"), key=lambda row: row["id"])
    told = [(row["old_status"], row["new_status"]) for row in rows]
    assert [old for old, _ in told] == [None, *(new for _, new in told[:-1])]
    [stored] = await rows_of(classroom.container, "attendance")
    assert stored["status"] == told[-1][1]


async def test_marks_and_grades_of_many_at_once_wait_for_nobody_forever(classroom: GradebookClassroom) -> None:
    """No deadlock, whatever order the students are named in."""
    lesson, point = await classroom.lesson(3), await classroom.point()
    forth = [of(classroom.boris, status="late"), of(classroom.vera, status="present")]
    back = [of(classroom.vera, status="late"), of(classroom.boris, status="present")]
    path = f"/schedule/lessons/{lesson}/attendance"
    await asyncio.gather(
        *(classroom.teacher.put(path, marks) for marks in (forth, back) * 10),
        *(classroom.grade(point, boris=number % 10, vera=9 - number % 10) for number in range(10)),
        *(classroom.grade(point, vera=number % 10, boris=number % 10) for number in range(10)),
    )
    statuses = [row["status"] for row in await classroom.teacher.get(path)]
    assert statuses in (["late", "present"], ["present", "late"])
    assert len(await classroom.teacher.get(f"/control-points/{point}/grades")) == 2


async def test_of_two_tabs_that_mark_what_was_not_marked_one_does_and_the_other_is_told(
    classroom: GradebookClassroom,
) -> None:
    """Nothing is overwritten that was not seen, on any database."""
    for day in range(1, 6):
        path = f"/schedule/lessons/{await classroom.lesson(day)}/attendance"
        sent = [
            (by, status, [of(pupil, status=status, was=None) for pupil in (classroom.boris, classroom.vera)])
            for by, status in ((classroom.teacher, "late"), (classroom.admin, "absent"), (classroom.teacher, "excused"))
        ]
        replies = await asyncio.gather(
            *(by.client.put(path, json=marks, headers={"Authorization": f"Bearer {by.token}"}) for by, _, marks in sent)
        )
        assert sorted(reply.status_code for reply in replies) == [200, 409, 409]
        [saved] = [status for (_, status, _), reply in zip(sent, replies, strict=True) if reply.is_success]
        assert [row["status"] for row in await classroom.teacher.get(path)] == [saved, saved]
        for reply in replies:
            if not reply.is_success:
                assert {row["value"] for row in reply.json()["current"]} == {saved}


async def test_the_most_is_never_below_a_grade_however_they_meet(classroom: GradebookClassroom) -> None:
    for _ in range(6):
        point = await classroom.point(max_grade=10)
        given = {"Authorization": f"Bearer {classroom.teacher.token}"}
        replies = await asyncio.gather(
            classroom.teacher.client.put(f"/control-points/{point}", json={"max_grade": 5}, headers=given),
            classroom.teacher.client.put(
                f"/control-points/{point}/grades", json=[of(classroom.boris, grade=8)], headers=given
            ),
        )
        assert sorted(reply.status_code for reply in replies) in ([200, 400], [200, 409])
        [stored] = [row for row in await rows_of(classroom.container, "control_points") if row["id"] == point]
        grades = [
            row["grade"]
            for row in await rows_of(classroom.container, "control_point_grades")
            if row["control_point_id"] == point
        ]
        assert all(grade <= stored["max_grade"] for grade in grades)


async def refused(container: Container, statement: sa.Executable) -> bool:
    try:
        async with container.database().transaction() as connection:
            await connection.execute(statement)
    except IntegrityError:
        return True
    return False


async def test_no_statement_changes_a_grade_without_a_word_of_it(classroom: GradebookClassroom) -> None:
    """G8: by hand, too."""
    point = await classroom.point()
    await classroom.grade(point, boris=5, vera=6)
    before = {
        name: await rows_of(classroom.container, name)
        for name in ("control_point_grades", "control_point_grade_changes")
    }
    of_boris = sa.update(control_point_grades).where(_grades.student_id == classroom.boris.id)
    for statement in (
        of_boris.values(grade=Decimal("9.00")),
        of_boris.values(grade=None),
        of_boris.values(grade=Decimal("9.00"), revision=7),
        of_boris.values(grade=Decimal("10.01"), revision=1),
        of_boris.values(grade=Decimal("-0.01"), revision=1),
        sa.update(control_point_grades).values(grade=_grades.grade + Decimal("1.00")),
        sa.update(control_point_grades)
        .where(_grades.student_id == classroom.boris.id)
        .values(student_id=classroom.oleg.id),
        sa.delete(control_point_grades),
        sa.delete(control_points),
        sa.update(control_points).values(max_grade=Decimal("5.99")),
        sa.update(control_point_grade_changes).values(reason="иначе"),
        sa.update(control_point_grade_changes).values(actor_id=classroom.admin.id),
        sa.delete(control_point_grade_changes),
    ):
        assert await refused(classroom.container, statement), str(statement)
    assert {name: await rows_of(classroom.container, name) for name in before} == before


async def test_what_says_who_and_when_is_written_down(classroom: GradebookClassroom) -> None:
    point = await classroom.point()
    await classroom.grade(point, boris=5)
    change = sa.update(control_point_grades).values(
        grade=Decimal("4.00"),
        revision=_grades.revision + 1,
        graded_by=classroom.admin.id,
        updated_at=classroom.now,
        reason="рука",
    )
    assert not await refused(classroom.container, change)
    newest = (await classroom.changes())[0]
    assert (newest["actor_name"], newest["old_grade"], newest["new_grade"]) == ("Admin", "5.00", "4.00")
    assert newest["reason"] == "рука"
    comment = sa.update(control_point_grades).values(comment="без оценки")
    assert not await refused(classroom.container, comment)
    assert len(await classroom.changes()) == 2


async def test_no_statement_changes_weight_or_scale_of_what_was_graded_without_a_word_of_it(
    classroom: GradebookClassroom,
) -> None:
    graded, fresh = await classroom.point(), await classroom.point(title="Тест")
    await classroom.grade(graded, boris=5)
    await classroom.teacher.put(f"/control-points/{graded}", {"weight": 1})
    points = control_points.c
    update = sa.update(control_points).where(points.id == graded)
    before = {name: await rows_of(classroom.container, name) for name in ("control_points", "control_point_changes")}
    for statement in (
        update.values(weight=Decimal("0.00")),
        update.values(max_grade=Decimal("100.00")),
        update.values(weight=Decimal("0.00"), revision=points.revision + 2, changed_by=classroom.admin.id),
        sa.update(control_point_changes).values(reason="иначе"),
        sa.update(control_point_changes).values(old_value=Decimal("1.00")),
        sa.delete(control_point_changes),
    ):
        assert await refused(classroom.container, statement), str(statement)
    assert {name: await rows_of(classroom.container, name) for name in before} == before
    said = {"revision": points.revision + 1, "changed_by": classroom.admin.id, "reason": "рука"}
    assert not await refused(classroom.container, update.values(weight=Decimal("4.00"), **said))
    of_fresh = sa.update(control_points).where(points.id == fresh)
    assert not await refused(classroom.container, of_fresh.values(weight=Decimal("4.00")))
    newest, _ = (await classroom.teacher.get(f"/control-points/{graded}/changes"))["items"]
    assert (newest["actor_name"], newest["old_value"], newest["new_value"]) == ("Admin", "1.00", "4.00")
    assert newest["reason"] == "рука"
    rows = await rows_of(classroom.container, "control_points")
    assert {(row["changed_by"], row["reason"]) for row in rows} == {(None, None)}


async def test_two_tabs_that_weigh_the_same_control_point_lose_nothing(classroom: GradebookClassroom) -> None:
    point, tabs = await classroom.point(), (classroom.teacher, classroom.admin)
    await classroom.grade(point, boris=5)
    await asyncio.gather(
        *(tabs[number % 2].put(f"/control-points/{point}", {"weight": number}) for number in range(3, 15))
    )
    rows = await rows_of(classroom.container, "control_point_changes")
    told = [(row["old_value"], row["new_value"]) for row in sorted(rows, key=lambda row: row["id"])]
    assert [old for old, _ in told] == [Decimal(2), *(new for _, new in told[:-1])]
    assert {new for _, new in told} == {Decimal(number) for number in range(3, 15)}
    [stored] = await rows_of(classroom.container, "control_points")
    assert (stored["weight"], stored["revision"]) == (told[-1][1], 12)


async def test_numbers_of_deleted_control_points_are_not_given_again(classroom: GradebookClassroom) -> None:
    """What was written down of one is never taken for that of another."""
    first = await classroom.point()
    await classroom.grade(first, boris=5)
    await classroom.teacher.call("DELETE", f"/control-points/{first}", 204)
    assert await classroom.point() > first


async def test_an_import_beside_a_teacher_loses_nothing(classroom: GradebookClassroom) -> None:
    point = await classroom.point(max_grade=100)
    row = {"teacher": "room-teacher", "group": "ТК-1", "control_point": "Зачёт", "username": "room-boris"}
    await asyncio.gather(
        *(classroom.grade(point, boris=number) for number in range(1, 6)),
        *(
            arrange(classroom.container, control_point_grades=[row | {"grade": str(number)}])
            for number in range(51, 54)
        ),
    )
    [changes] = (await histories(classroom.container)).values()
    assert [old for old, _ in changes] == [None, *(new for _, new in changes[:-1])]
    [stored] = await rows_of(classroom.container, "control_point_grades")
    assert stored["grade"] == changes[-1][1]
