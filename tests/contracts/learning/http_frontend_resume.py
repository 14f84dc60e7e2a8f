"""Resuming videos and documents as the existing frontend does, over every database alike."""

from urllib.parse import quote

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.learning.frontend_steps import SCHEME, VIDEO, school_with_files
from tests.people import sign_in
from tests.school import school

SAVE, BATCH = "/courses/progress/save", "/courses/progress/batch"


class HttpFrontendResumeContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_video_is_resumed_where_it_was_left(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school_with_files(stocked)
        await sign_in(client, stocked)
        key = {"course_program_id": at.program, "material_key": VIDEO}
        here = f"/courses/progress/{quote(VIDEO, safe='')}"
        assert (await client.get(here)).json() == {"data": None, "found": False}
        sent = {
            **key,
            "material_type": "video",
            "position_seconds": 12.7,
            "duration_seconds": 120.04,
            "lesson_id": None,
        }
        reply = await client.post(SAVE, json=sent)
        saved = reply.json()["data"]
        assert (reply.status_code, reply.json()["success"]) == (200, True)
        assert saved == {
            "id": saved["id"],
            "material_key": VIDEO,
            "position_seconds": 12,
            "duration_seconds": 120,
            "progress_percent": 11,
            "is_completed": False,
            "last_viewed_at": saved["last_viewed_at"],
        }
        shown = (await client.get(here)).json()
        place = {"course_program_id": at.program, "lesson_id": at.lesson, "topic_id": at.topics[0]}
        assert shown == {"data": {**saved, **place, "material_type": "video"}, "found": True}
        assert (await client.get(f"{here}/", params={"course_program_id": at.program})).json() == shown
        assert (await client.get(here, params={"course_program_id": at.program + 1})).json()["found"] is False
        back = (await client.post(SAVE, json={**key, "position_seconds": 3, "duration_seconds": 120})).json()["data"]
        assert (back["id"], back["position_seconds"], back["progress_percent"]) == (saved["id"], 3, 2)

    async def test_the_end_of_a_video_completes_it_and_going_back_does_not_undo_that(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school_with_files(stocked)
        await sign_in(client, stocked)
        await client.post(f"/courses/programs/{at.program}/enroll")
        key = {"course_program_id": at.program, "material_key": VIDEO}
        for position, completed, units in ((113, False, 0), (114, True, 1), (5, True, 1)):
            body = {**key, "position_seconds": position, "duration_seconds": 120}
            assert (await client.post(SAVE, json=body)).json()["data"]["is_completed"] is completed
            data = (await client.get(f"/courses/programs/{at.program}/progress")).json()["data"]
            assert data["completed_units"] == units
        document = {"course_program_id": at.program, "material_key": SCHEME, "material_type": "pdf"}
        await client.post(SAVE, json={**document, "progress_percent": 100})
        topic = (await client.get(f"/topics/{at.topics[0]}")).json()["progress"]
        assert (topic["completed"], topic["position_seconds"]) == (True, 0)
        [course] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert course["progress_percent"] == 50

    async def test_positions_of_many_files_come_at_once(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school_with_files(stocked)
        await sign_in(client, stocked)
        for key in (VIDEO, SCHEME):
            await client.post(SAVE, json={"course_program_id": at.program, "material_key": key, "position_seconds": 7})
        asked = {"material_keys": [VIDEO, SCHEME, VIDEO, "none"], "course_program_id": at.program}
        found = (await client.post(BATCH, json=asked)).json()
        assert (found["found"], set(found["data"])) == (2, {VIDEO, SCHEME})
        assert found["data"][VIDEO]["position_seconds"] == 7
        for none in ({}, {"material_keys": []}, {"material_keys": ["none"]}, {**asked, "course_program_id": 999_999}):
            assert (await client.post(BATCH, json=none)).json() == {"data": {}, "found": 0}
        await sign_in(client, stocked, "boris")
        assert (await client.post(BATCH, json=asked)).json()["found"] == 0

    async def test_only_files_of_the_program_have_positions(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at, other = await school_with_files(stocked), await school(stocked, name="T")
        await sign_in(client, stocked)
        for program, key, code in (
            (at.program, "none.mp4", "material_not_found"),
            (other.program, VIDEO, "material_not_found"),
            (999_999, VIDEO, "material_not_found"),
        ):
            reply = await client.post(SAVE, json={"course_program_id": program, "material_key": key})
            assert (reply.status_code, reply.json()["code"]) == (404, code)

    async def test_a_position_goes_with_its_file(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school_with_files(stocked)
        await sign_in(client, stocked)
        await client.post(SAVE, json={"course_program_id": at.program, "material_key": VIDEO})
        await client.post(f"/courses/programs/{at.program}/enroll")
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        files = f"/stations/{at.station}/course-program/topics/{at.topics[0]}/files"
        [video] = [row for row in (await client.get(files)).json()["data"] if row["objectKey"] == VIDEO]
        assert (await client.delete(f"{files}/{video['id']}/delete/")).status_code == 200

    @pytest.mark.refuses
    async def test_bad_positions_are_refused(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked)
        key = {"course_program_id": 1, "material_key": VIDEO}
        for change, field in (
            ({"material_key": ""}, "material_key"),
            ({"course_program_id": None}, "course_program_id"),
            ({"position_seconds": -1}, "position_seconds"),
            ({"position_seconds": "x"}, "position_seconds"),
            ({"duration_seconds": 1e300}, "duration_seconds"),
            ({"progress_percent": 101}, "progress_percent"),
            ({"material_type": "test"}, "material_type"),
        ):
            reply = await client.post(SAVE, json=key | change)
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, field), change
        assert (await client.post(BATCH, json={"material_keys": ["x"] * 1_001})).status_code == 400
