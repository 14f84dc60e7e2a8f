"""Data of teachers: groups, lessons, rules, homework and grades, own and of a colleague."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from atg_entrypoints.container import Container
from tests.arranging import enrol, insert
from tests.authorisation.marks import OF_FORMER, OF_GROUP, OF_STUDENT
from tests.authorisation.people import People
from tests.classroom import SINGLE, TEXT, Person, right_answer
from tests.contracts.conferencing.http_webhooks import NOON

TODAY, NEXT_WEEK = NOON.date().isoformat(), (NOON + timedelta(days=7)).date().isoformat()
EXAM = {"title": "Зачёт", "kind": "exam", "date": TODAY, "max_grade": "10.00"}
SLOT = {"start_time": NOON.isoformat(), "end_time": (NOON + timedelta(hours=1)).isoformat(), "allow_overlap": True}
"""Lessons of one moment, so that each of them may be started."""
RULE = {
    "day_of_week": NOON.weekday(),
    "start_time": "12:00",
    "end_time": "13:00",
    "start_date": "2026-09-01",
    "end_date": "2027-05-31",
    "timezone": "UTC",
}


async def teach(container: Container, people: People) -> dict[str, Any]:
    who = people.persons
    teacher, colleague, student = who["teacher"], who["colleague"], who["student"]
    group = (await teacher.post("/groups", body={"name": OF_GROUP}))["id"]
    await enrol(container, group, [who[name].id for name in ("student", "classmate", "promoted")])
    other_group = (await colleague.post("/groups", body={"name": "B"}))["id"]
    await enrol(container, other_group, [who["outsider"].id])
    names = {
        "group": group,
        "other_group": other_group,
        "other_new_group": group,
        "today": TODAY,
        "next_week": NEXT_WEEK,
    }
    names["new_group"] = (await teacher.post("/groups", body={"name": "C"}))["id"]
    names |= await _invite(container, people, names["new_group"])
    names |= await _lessons(container, people, group, other_group)
    names |= await _homework(people, group)
    names |= await _formerly_taught(container, people) | {"other_former_group": group}
    point = (await teacher.post(f"/groups/{group}/control-points", body=EXAM | {"title": OF_GROUP}))["id"]
    await teacher.put(
        f"/control-points/{point}/grades", [{"student_id": str(student.id), "grade": "7.50", "comment": OF_STUDENT}]
    )
    marks = [{"student_id": str(student.id), "status": "late"}]
    await teacher.put(f"/schedule/lessons/{names['planned']}/attendance", marks)
    return names | {"point": point}


async def _invite(container: Container, people: People, group: int) -> dict[str, Any]:
    """`invitation`: of the outsider, whose email is confirmed."""
    teacher, outsider = people.persons["teacher"], people.users["outsider"]
    async with container.open_identity()() as store:
        await store.save_user(replace(outsider, email_verified_at=NOON))
    await teacher.post(f"/groups/{group}/students", 200, {"emails": [outsider.email]})
    [invitation] = (await teacher.get(f"/groups/{group}/invitations"))["items"]
    link = container.invitation_tokens().token(UUID(invitation["id"]))
    code = (await teacher.post(f"/groups/{group}/join-code"))["code"]
    return {"invitation": invitation["id"], "invitation_link": link, "join_code": code}


async def _lessons(container: Container, people: People, group: int, other_group: int) -> dict[str, Any]:
    """`live`: one that runs; `planned`: one that could; `unheld`: one of which nothing is recorded; `other_rule`: of
    the same group on another day."""
    teacher, admin = people.persons["teacher"], people.persons["admin"]
    names: dict[str, Any] = {}
    for label in ("account", "spare_account"):
        body = {"provider": "local", "label": label, "capacity": 9}
        names[label] = (await admin.post("/admin/conference-accounts", body=body))["id"]
        if label == "account":
            live = (await teacher.post("/schedule/lessons", body={"group_id": group, "title": OF_GROUP, **SLOT}))["id"]
            started = await teacher.post(f"/schedule/lessons/{live}/start", 200)
            names |= {"live": live, "meet": started["zoom_start_url"].partition("token=")[2]}
    for name in ("planned", "unheld"):
        body = {"group_id": group, "title": OF_GROUP, **SLOT}
        names[name] = (await teacher.post("/schedule/lessons", body=body))["id"]
    rule = {"group_id": group, "title": OF_GROUP, **RULE}
    other_rule = {**rule, "day_of_week": NOON.weekday() + 1}
    for name, body in (("rule", rule), ("other_rule", other_rule)):
        names[name] = (await teacher.post("/schedule/recurring-lessons", body=body))["id"]
    free = {"name": OF_GROUP, "start": "2027-05-01"}
    names["free_days"] = (await teacher.post("/schedule/free-days", body=free))["id"]
    other = {"group_id": other_group, "title": "x", **SLOT}
    names["other_planned"] = (await people.persons["colleague"].post("/schedule/lessons", body=other))["id"]
    cancelled = {"date": NEXT_WEEK, "action": "cancel"}
    await teacher.post(f"/schedule/recurring-lessons/{names['rule']}/exceptions", body=cancelled)
    recorded = {
        "lesson_id": names["live"],
        "storage_key": f"recordings/1/{OF_GROUP}.mp4",
        "url": None,
        "duration_seconds": None,
        "created_at": NOON,
    }
    await insert(container, "lesson_recordings", **recorded)
    names["feed"] = (await people.persons["student"].post("/schedule/calendar/token"))["token"]
    return names


async def _homework(people: People, group: int) -> dict[str, Any]:
    """`begun`: what the student has a draft of, `done`: what they have handed in, `unused`: what nobody has begun,
    `hidden`: what is not published."""
    teacher, student, promoted = (people.persons[name] for name in ("teacher", "student", "promoted"))
    made = {}
    for name in ("begun", "done", "unused", "hidden"):
        body = {"group_id": group, "title": OF_GROUP, "questions": [SINGLE, {**TEXT, "allow_files": True}]}
        made[name] = await teacher.post("/homework", body=body)
        if name != "hidden":
            await teacher.post(f"/homework/{made[name]['id']}/publish", 200)
    drafts = {
        name: (await student.post(f"/homework/{made[name]['id']}/submissions"))["id"] for name in ("begun", "done")
    }
    await _hand_in(student, made["done"], drafts["done"], OF_STUDENT)
    by_promoted = (await promoted.post(f"/homework/{made['done']['id']}/submissions"))["id"]
    await _hand_in(promoted, made["done"], by_promoted, "x")
    questions = {f"{name}_question": made[name]["questions"][-1]["id"] for name in made}
    homework = {name: made[name]["id"] for name in made}
    photos = {"answer_file": await _answer_by_file(student, drafts["begun"], questions["begun_question"])}
    homework |= photos | {"other_draft": drafts["done"]}
    return homework | questions | {"draft": drafts["begun"], "submitted": drafts["done"], "by_promoted": by_promoted}


async def _hand_in(student: Person, homework: Any, draft: int, text: str) -> None:
    answers = [right_answer(question, text) for question in homework["questions"]]
    await student.put(f"/submissions/{draft}/answers", answers)
    await student.post(f"/submissions/{draft}/submit", 200)


async def _answer_by_file(student: Person, draft: int, question: int) -> str:
    reply = await student.client.post(
        f"/submissions/{draft}/files",
        data={"question_id": str(question)},
        files={"file": ("photo.jpg", b"\xff\xd8\xff\xe0 " + OF_STUDENT.encode())},
        headers={"Authorization": f"Bearer {student.token}"},
    )
    return str(reply.json()["id"])


async def _formerly_taught(container: Container, people: People) -> dict[str, Any]:
    """What `retired` has as a teacher: a group, in which the outsider is, with one thing of each kind."""
    retired, outsider = people.persons["retired"], people.persons["outsider"]
    group = (await retired.post("/groups", body={"name": OF_FORMER}))["id"]
    await enrol(container, group, [outsider.id])
    made = {"group_id": group, "title": OF_FORMER}
    lesson = (await retired.post("/schedule/lessons", body=made | SLOT))["id"]
    rule = (await retired.post("/schedule/recurring-lessons", body=made | RULE))["id"]
    homework = await retired.post("/homework", body=made | {"questions": [TEXT]})
    await retired.post(f"/homework/{homework['id']}/publish", 200)
    submission = (await outsider.post(f"/homework/{homework['id']}/submissions"))["id"]
    await _hand_in(outsider, homework, submission, OF_FORMER)
    point = (await retired.post(f"/groups/{group}/control-points", body=EXAM | {"title": OF_FORMER}))["id"]
    names = {"group": group, "lesson": lesson, "rule": rule, "homework": homework["id"], "submission": submission}
    names |= {"point": point, "question": homework["questions"][0]["id"]}
    return {f"former_{name}": number for name, number in names.items()}
