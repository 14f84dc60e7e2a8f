"""Data of catalog and learning, and files under each prefix with a permission rule."""

from typing import Any
from uuid import uuid4

import httpx

from atg_entrypoints.container import Container
from tests.arranging import insert, rows_of
from tests.authorisation.marks import OF_ADMINISTRATORS, OF_ANOTHER, OF_AUTHORS, OF_CUSTOMER, OF_GROUP, OF_STUDENT
from tests.authorisation.people import People
from tests.contracts.conferencing.http_webhooks import NOON
from tests.contracts.files.object_store import put
from tests.school import school

_CHILDREN = {
    "equipment": ("equipment", {"name": "x"}),
    "spec": ("specs", {"category": "x", "value": "x"}),
    "safety": ("safety", {"name": "x"}),
    "gas_source": ("gas-sources", {"source_name": "x"}),
    "photo": ("photos", {"view": "station_image", "image_url": "/x.png"}),
    "doc": ("docs", {"title": "x", "file_url": "/x.pdf"}),
}


async def learn(container: Container, people: People) -> dict[str, Any]:
    """A station with everything that it can have, and `other_…`: another, of which nobody has learnt anything."""
    at, other, admin = await school(container), await school(container, name="T"), people.persons["admin"]
    topic, other_topic = at.topics[0], other.topics[0]
    names = {
        "station": at.station,
        "course": str(at.course),
        "program": at.program,
        "lesson": at.lesson,
        "topic": topic,
        "lesson_test": at.lesson_test,
        "final_test": at.final_test,
        "file_key": "lessons/a.pdf",
    }
    names |= {"other_station": other.station, "other_course": str(other.course), "other_program": other.program}
    names |= {"other_lesson": other.lesson, "other_topic": other_topic}
    questions = {row["lesson_test_id"]: row["id"] for row in await rows_of(container, "test_questions")}
    names["other_test_question"] = questions[other.lesson_test]
    for name, (path, body) in _CHILDREN.items():
        names[name] = (await admin.post(f"/stations/{at.station}/{path}/create", body=body))["id"]
    path = f"/stations/{at.station}/safety/{names['safety']}/features/create"
    names["feature"] = (await admin.post(path, body={"feature_name": "x"}))["id"]
    second = await admin.post(f"/stations/{at.station}/safety/create", body={"name": "y"})
    names["other_safety"] = second["id"]
    await put(container.object_store(), "lessons/a.pdf", b"%PDF-1.7", "application/pdf")
    file = {"file_type": "main_pdf", "original_name": "a.pdf", "minio_object_name": "lessons/a.pdf"}
    names["file"] = (await admin.post(f"/topics/{topic}/files", body=file))["id"]
    await admin.put(f"/stations/{at.station}/promo-video/update", {"objectKey": "stations/1.mp4"})
    material = await admin.post(f"/lessons/{at.lesson}/materials", body={"material_name": "x"})
    names["material"] = material["id"]
    program = (await admin.post("/programs", body={"title": "x", "station_id": at.station}))["id"]
    lesson = (await admin.post("/lessons", body={"title": "x", "course_program_id": program}))["id"]
    names |= {"bare_program": program, "bare_lesson": lesson}
    names["learning_path"] = (await admin.post("/learning-paths", body={"title": "x"}))["id"]
    bank = (await admin.post("/question-banks", body={"title": "x"}))["id"]
    names |= {"bank": bank, "other_bank": (await admin.post("/question-banks", body={"title": "y"}))["id"]}
    question = {"text": "x", "options": [{"text": OF_AUTHORS, "is_correct": True}, {"text": "y"}]}
    names["bank_question"] = (await admin.post(f"/question-banks/{bank}/questions", body=question))["id"]
    for name in people.persons.keys() - {"another", "person"}:
        await people.persons[name].post(f"/courses/{at.course}/enroll", 200)
    assigned = {"course_id": str(other.course), "audience": "users", "user_ids": [str(people.persons["another"].id)]}
    names["assignment"] = (await admin.post("/admin/assignments", body=assigned))["id"]
    await admin.put(f"/admin/users/{people.persons['person'].id}", {"department": "led"})
    await admin.put(f"/admin/managers/{people.persons['instructor'].id}", {"departments": ["led"]})
    led = {"course_id": str(other.course), "audience": "group", "department": "led"}
    names["led_assignment"] = (await admin.post("/admin/assignments", body=led))["id"]
    return names | await _certificate(container, people, at.course)


async def _certificate(container: Container, people: People, course: Any) -> dict[str, Any]:
    number, code = "ATG-2026-000001", OF_STUDENT
    values = {"user_id": people.persons["student"].id, "course_id": course, "number": number, "verification_code": code}
    await insert(
        container,
        "certificates",
        id=uuid4(),
        full_name="x",
        title="x",
        issued_at=NOON,
        valid_until=None,
        revoked_at=None,
        round=1,
        **values,
    )
    return {"number": number, "code": code}


KEYS = {
    "open": "stations/1.png",
    "plain": "lessons/a.pdf",
    "private": f"private/{OF_AUTHORS}.pdf",
    "recording": f"recordings/1/{OF_GROUP}.mp4",
    "avatar": "avatars/a.png",
    "sold": f"shop/{OF_ADMINISTRATORS}.mp4",
    "bought_video": f"shop/{OF_CUSTOMER}.mp4",
}


async def keep_files(
    container: Container, people: People, client: httpx.AsyncClient
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The names of files, and what each of those who upload has of their own."""
    who, store = people.persons, container.object_store()
    names: dict[str, Any] = {**KEYS, "of_teacher": f"teachers/{who['teacher'].id}/{OF_GROUP}.pdf"}
    names["of_colleague"] = f"teachers/{who['colleague'].id}/a.pdf"
    names["of_retired"] = f"teachers/{who['retired'].id}/a.pdf"
    for key in names.values():
        await put(store, key, b"%PDF-1.7", "application/pdf")
    own: dict[str, dict[str, Any]] = {}
    for name in ("instructor", "teacher", "colleague", "admin", "another", "retired", "demoted"):
        own[name] = {}
        folder = f"teachers/{who[name].id}" if name in {"teacher", "colleague", "retired"} else "lessons"
        begun = await who[name].post("/files/presign-upload/multipart", 200, {"key": f"{folder}/{name}.pdf", "size": 8})
        path = begun["parts"][0]["url"].partition("/files/")[2]
        sent = await client.put(f"/files/{path}", content=b"%PDF-1.7")
        own[name] |= {"upload": begun["upload_id"], "upload_key": begun["key"], "etag": sent.headers["etag"]}
    incoming = f"incoming/{OF_ANOTHER}.pdf"
    await who["another"].post("/files/presign-upload", 200, {"key": incoming, "size": 8})
    await put(store, incoming, b"%PDF-1.7", "application/pdf")
    for name in ("instructor", "admin", "demoted"):
        own[name]["incoming"] = f"incoming/{name}.pdf"
        await who[name].post("/files/presign-upload", 200, {"key": own[name]["incoming"], "size": 8})
        await put(store, own[name]["incoming"], b"%PDF-1.7", "application/pdf")
    return names | {"incoming": incoming, **own["another"], **await _signed(people)}, own


async def _signed(people: People) -> dict[str, Any]:
    """What stands behind `/files/signed/` in URLs, and the members of a form."""
    admin = people.persons["admin"]
    upload = {"key": "lessons/new.pdf", "contentType": "application/pdf", "size": 8}
    reading = await admin.get("/files/presign?key=lessons/a.pdf")
    writing = await admin.post("/files/presign-upload", 200, upload)
    form = await admin.post("/files/presign-upload", 200, {**upload, "form": True})
    token = await admin.get(f"/files/stream-token?key={KEYS['private']}")
    found = {name: reply["url"].partition("/signed/")[2] for name, reply in (("read", reading), ("write", writing))}
    names = {f"signed_{name}": path for name, path in found.items()}
    form_path = form["url"].partition("/signed/")[2]
    return names | {"signed_form": form_path, "form_fields": form["fields"], "stream_token": token["token"]}
