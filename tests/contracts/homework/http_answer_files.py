"""Files as answers over HTTP, over every database alike (spec: homework-gradebook, Homework)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from atg_core.homework.answer_files import MAX_FILES
from tests.arranging import rows_of
from tests.classroom import SINGLE, TEXT, Classroom, ClassroomContract, Person

PHOTO = b"\xff\xd8\xff\xe0" + b"photo" * 100
SCAN = b"%PDF-1.7\n" + b"scan" * 100
WITH_FILES = {**TEXT, "allow_files": True}


async def send(person: Person, submission: Any, question: Any, content: bytes = PHOTO, name: str = "фото.jpg") -> Any:
    reply = await person.client.post(
        f"/submissions/{submission['id']}/files",
        data={"question_id": str(question["id"])},
        files={"file": (name, content)},
        headers={"Authorization": f"Bearer {person.token}"},
    )
    return reply.status_code, reply.json()


async def read(person: Person, file: Any, **headers: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {person.token}"} | headers
    return await person.client.get(f"/submissions/{file['submission_id']}/files/{file['id']}", headers=headers)


class HttpAnswerFilesContract(ClassroomContract):
    async def test_a_photo_is_added_and_read_by_the_student_and_their_teacher(self, classroom: Classroom) -> None:
        made = await classroom.homework(WITH_FILES)
        [question] = made["questions"]
        draft = await classroom.draft(made)
        status, file = await send(classroom.boris, draft, question)
        assert (status, file) == (
            201,
            {
                "id": file["id"],
                "submission_id": draft["id"],
                "question_id": question["id"],
                "name": "фото.jpg",
                "media_type": "image/jpeg",
                "size": len(PHOTO),
                "created_at": "2026-03-02T12:00:00.000Z",
            },
        )
        again = await send(classroom.boris, draft, question, name="again.jpg")
        assert again == (200, file), "the same file is the one that is there"
        submitted = await classroom.boris.post(f"/submissions/{draft['id']}/submit", 200)
        assert submitted["files"] == [file]
        for person in (classroom.boris, classroom.teacher, classroom.admin):
            reply = await read(person, file)
            assert (reply.status_code, reply.content) == (200, PHOTO)
            assert reply.headers["content-type"] == "image/jpeg"
            assert reply.headers["content-disposition"].startswith("attachment; ")
            assert reply.headers["x-content-type-options"] == "nosniff"
        part = await read(classroom.teacher, file, Range="bytes=0-2")
        assert (part.status_code, part.content) == (206, PHOTO[:3])
        for stranger in (classroom.vera, classroom.colleague, classroom.oleg):
            assert (await read(stranger, file)).status_code == 404
        assert (await read(classroom.teacher, {**file, "id": classroom.boris.id})).status_code == 404

    async def test_only_the_student_changes_them_and_only_in_a_draft(self, classroom: Classroom) -> None:
        made = await classroom.homework(WITH_FILES)
        [question] = made["questions"]
        draft = await classroom.draft(made)
        _, photo = await send(classroom.boris, draft, question)
        _, scan = await send(classroom.boris, draft, question, SCAN, "C:\\docs\\scan.pdf")
        assert scan["name"] == "scan.pdf"
        path = f"/submissions/{draft['id']}/files"
        assert (await send(classroom.teacher, draft, question))[0] == 403
        assert await classroom.teacher.refused("DELETE", f"{path}/{scan['id']}", 403) == "not_your_submission"
        assert (await send(classroom.vera, draft, question))[0] == 404
        await classroom.boris.call("DELETE", f"{path}/{scan['id']}", 204)
        await classroom.boris.call("DELETE", f"{path}/{scan['id']}", 404)
        assert (await read(classroom.boris, scan)).status_code == 404
        assert (await classroom.boris.get(f"/submissions/{draft['id']}"))["files"] == [photo]
        await classroom.boris.post(f"/submissions/{draft['id']}/submit", 200)
        status, problem = await send(classroom.boris, draft, question, SCAN)
        assert (status, problem["code"]) == (409, "submission_closed")
        assert await classroom.boris.refused("DELETE", f"{path}/{photo['id']}", 409) == "submission_closed"

    async def test_what_is_no_such_file_is_refused_and_nothing_is_kept(self, classroom: Classroom) -> None:
        made, other = await classroom.homework(WITH_FILES, TEXT), await classroom.homework(WITH_FILES)
        question, plain = made["questions"]
        draft = await classroom.draft(made)
        for asked, content, code in (
            (question, b"MZ\x90\x00", "file_type_not_taken"),
            (question, b"", "file_type_not_taken"),
            (plain, PHOTO, "no_files_taken"),
            (other["questions"][0], PHOTO, "unknown_question"),
            ({"id": "x"}, PHOTO, "unknown_question"),
        ):
            status, problem = await send(classroom.boris, draft, asked, content)
            assert (status, problem["errors"][0]["code"]) == (400, code)
        assert await rows_of(classroom.container, "homework_files") == []

    async def test_so_many_files_and_no_more(self, classroom: Classroom) -> None:
        made = await classroom.homework(WITH_FILES)
        [question] = made["questions"]
        draft = await classroom.draft(made)
        for number in range(MAX_FILES):
            status, file = await send(classroom.boris, draft, question, PHOTO + b"%d" % number)
            assert status == 201
        status, problem = await send(classroom.boris, draft, question, SCAN)
        assert (status, problem["code"]) == (409, "too_many_files")
        assert await send(classroom.boris, draft, question, PHOTO + b"%d" % (MAX_FILES - 1)) == (200, file)
        assert len((await classroom.boris.get(f"/submissions/{draft['id']}"))["files"]) == MAX_FILES

    async def test_they_count_to_the_quota_and_what_no_record_names_is_deleted(self, classroom: Classroom) -> None:
        made = await classroom.homework(WITH_FILES)
        [question] = made["questions"]
        draft = await classroom.draft(made)
        _, photo = await send(classroom.boris, draft, question)
        _, scan = await send(classroom.boris, draft, question, SCAN)
        counted = await rows_of(classroom.container, "upload_quotas")
        assert [(row["user_id"], row["bytes"]) for row in counted] == [(classroom.boris.id, len(PHOTO) + len(SCAN))]
        store = classroom.container.object_store()
        keys = {row["id"]: row["object_key"] for row in await rows_of(classroom.container, "homework_files")}
        await classroom.boris.call("DELETE", f"/submissions/{draft['id']}/files/{scan['id']}", 204)
        left = {key for key in keys.values() if await store.find(key)}
        assert len(left) == 1
        classroom.now += timedelta(days=2)
        await classroom.container.clean_uploads()()
        assert (await read(classroom.boris, photo)).status_code == 200

    @pytest.mark.refuses
    async def test_choices_are_not_answered_by_files(self, classroom: Classroom) -> None:
        body = {"group_id": classroom.group, "title": "x", "questions": [{**SINGLE, "allow_files": True}]}
        assert await classroom.teacher.fault("POST", "/homework", body) == "questions[0].allow_files"
