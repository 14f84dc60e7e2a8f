"""What a teacher has: groups, lessons, rules, homework and grades, and a colleague's beside them."""

from datetime import timedelta
from typing import Any

from atg_entrypoints.container import Container
from tests.arranging import insert
from tests.authorisation.marks import OF_GROUP, OF_STUDENT
from tests.authorisation.people import People
from tests.classroom import SINGLE, TEXT, right_answer
from tests.contracts.http_zoom_events import NOON

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
    members = {"student_ids": [str(student.id), str(who["classmate"].id)]}
    group = (await teacher.post("/groups", body={"name": OF_GROUP}))["id"]
    await teacher.post(f"/groups/{group}/students", 200, members)
    other_group = (await colleague.post("/groups", body={"name": "B"}))["id"]
    await colleague.post(f"/groups/{other_group}/students", 200, {"student_ids": [str(who["outsider"].id)]})
    names = {"group": group, "other_group": other_group, "today": TODAY, "next_week": NEXT_WEEK}
    names["new_group"] = (await teacher.post("/groups", body={"name": "C"}))["id"]
    names |= await _lessons(container, people, group, other_group)
    names |= await _homework(people, group)
    point = (await teacher.post(f"/groups/{group}/control-points", body=EXAM | {"title": OF_GROUP}))["id"]
    await teacher.put(
        f"/control-points/{point}/grades", [{"student_id": str(student.id), "grade": "7.50", "comment": OF_STUDENT}]
    )
    marks = [{"student_id": str(student.id), "status": "late"}]
    await teacher.put(f"/schedule/lessons/{names['planned']}/attendance", marks)
    return names | {"point": point}


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
    teacher, student = people.persons["teacher"], people.persons["student"]
    made = {}
    for name in ("begun", "done", "unused", "hidden"):
        body = {"group_id": group, "title": OF_GROUP, "questions": [SINGLE, TEXT]}
        made[name] = await teacher.post("/homework", body=body)
        if name != "hidden":
            await teacher.post(f"/homework/{made[name]['id']}/publish", 200)
    drafts = {
        name: (await student.post(f"/homework/{made[name]['id']}/submissions"))["id"] for name in ("begun", "done")
    }
    answers = [right_answer(question, OF_STUDENT) for question in made["done"]["questions"]]
    await student.put(f"/submissions/{drafts['done']}/answers", answers)
    await student.post(f"/submissions/{drafts['done']}/submit", 200)
    questions = {f"{name}_question": made[name]["questions"][-1]["id"] for name in made}
    homework = {name: made[name]["id"] for name in made}
    return homework | questions | {"draft": drafts["begun"], "submitted": drafts["done"]}
