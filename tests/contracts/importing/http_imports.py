"""Imports and exports over HTTP; over every database."""

from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_core.importing.imports import MAX_BYTES
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.people import sign_in

PEOPLE = b"username,full_name\na,Anna\nb,Boris\n"


class HttpImportsContract:
    """The fixtures `client` and `stocked`."""

    @pytest.fixture(autouse=True)
    async def signed_in(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, "the-admin", role=Role.ADMIN)

    async def _upload(self, client: httpx.AsyncClient, content: bytes, kind: str = "users") -> dict[str, Any]:
        reply = await client.post("/admin/imports", data={"kind": kind}, files={"file": ("people.csv", content)})
        assert reply.status_code == 202, reply.text
        return dict(reply.json())

    async def _run(self, stocked: Container, order: dict[str, Any], *jobs: str) -> None:
        for job in jobs:
            await getattr(stocked.run_imports(), job)({"import_id": order["id"]})

    async def test_a_file_is_checked_applied_and_undone(self, client: httpx.AsyncClient, stocked: Container) -> None:
        order = await self._upload(client, PEOPLE)
        assert (order["state"], order["kind"], order["file_name"]) == ("checking", "users", "people.csv")
        await self._run(stocked, order, "check")
        details = (await client.get(f"/admin/imports/{order['id']}")).json()
        assert (details["state"], details["created"], details["faults"]) == ("checked", 2, [])
        assert [(each["name"], each["is_new"]) for each in details["changes"]] == [("a", True), ("b", True)]
        assert (await client.post(f"/admin/imports/{order['id']}/apply")).json()["state"] == "applying"
        await self._run(stocked, order, "apply")
        applied = (await client.get(f"/admin/imports/{order['id']}")).json()
        assert applied["state"] == "applied"
        assert applied["undoable_until"] > applied["applied_at"]
        usernames = {row["username"] for row in await rows_of(stocked, "users")}
        assert {"a", "b"} <= usernames
        assert (await client.post(f"/admin/imports/{order['id']}/undo")).status_code == 202
        await self._run(stocked, order, "undo")
        [listed] = (await client.get("/admin/imports")).json()["items"]
        assert (listed["state"], listed["undoable_until"]) == ("undone", None)
        assert not {"a", "b"} & {row["username"] for row in await rows_of(stocked, "users")}

    async def test_faults_are_told_by_line_in_the_reader_s_language(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        order = await self._upload(client, b"username,email\na,nobody\n")
        await self._run(stocked, order, "check")
        reply = await client.get(f"/admin/imports/{order['id']}", headers={"accept-language": "ru"})
        assert reply.json()["faults"] == [{"line": 2, "column": "email", "heading": None, "reason": "не адрес почты"}]
        refused = await client.post(f"/admin/imports/{order['id']}/apply")
        assert (refused.status_code, refused.json()["code"]) == (409, "import_has_faults")

    async def test_what_is_wrong_with_a_whole_file_is_told_in_the_reader_s_language(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        order = await self._upload(client, b"name\na\n")
        await self._run(stocked, order, "check")
        headers = {"accept-language": "ru"}
        details = (await client.get(f"/admin/imports/{order['id']}", headers=headers)).json()
        assert details["state"] == "failed"
        assert details["problem"].startswith("нет столбца username")
        [listed] = (await client.get("/admin/imports", headers=headers)).json()["items"]
        assert listed["problem"] == details["problem"]
        assert listed["user_name"] == order["user_name"] != ""

    async def test_an_undo_names_who_has_gone_on_working(self, client: httpx.AsyncClient, stocked: Container) -> None:
        order = await self._upload(client, PEOPLE)
        await self._run(stocked, order, "check")
        await client.post(f"/admin/imports/{order['id']}/apply")
        await self._run(stocked, order, "apply")
        await arrange(stocked, users=[{"username": "a", "full_name": "Anna Kim"}])
        assert (await client.post(f"/admin/imports/{order['id']}/undo")).status_code == 202
        await self._run(stocked, order, "undo")
        refused = (await client.get(f"/admin/imports/{order['id']}")).json()
        assert refused["state"] == "applied"
        assert refused["hindrances"] == [{"name": "Anna Kim", "what": "changed"}]

    async def test_what_is_no_import_is_refused(self, client: httpx.AsyncClient) -> None:
        file = {"file": ("a.csv", PEOPLE)}
        for data, files, status in (
            ({"kind": "nothing"}, file, 404),
            ({}, file, 400),
            ({"kind": "users"}, None, 400),
            ({"kind": "users"}, {"file": ("a.csv", b"x" * (MAX_BYTES + 1))}, 413),
        ):
            assert (await client.post("/admin/imports", data=data, files=files)).status_code == status
        for path in ("x", "7fffffff-ffff-4fff-8fff-ffffffffffff"):
            assert (await client.get(f"/admin/imports/{path}")).status_code == 404
            assert (await client.post(f"/admin/imports/{path}/apply")).status_code == 404
            assert (await client.post(f"/admin/imports/{path}/undo")).status_code == 404
        assert (await client.get("/admin/exports/nothing/rows.csv")).status_code == 404

    async def test_an_export_can_be_imported_again_and_changes_nothing(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await arrange(stocked, users=[{"username": "a", "full_name": "=1+1", "password": "a rather long pass"}])
        for form in ("csv", "csv?excel=true", "xlsx"):
            reply = await client.get(f"/admin/exports/users/rows.{form}")
            assert reply.status_code == 200
            assert b"argon2" not in reply.content
            order = await self._upload(client, reply.content)
            await self._run(stocked, order, "check")
            details = (await client.get(f"/admin/imports/{order['id']}")).json()
            assert (details["state"], details["rejected"], details["updated"]) == ("checked", 0, 0), details
        kinds = {each["kind"]: each for each in (await client.get("/admin/imports/kinds")).json()}
        template = await client.get("/admin/imports/kinds/users/template.csv")
        assert template.text.lstrip("\ufeff").strip().split(",") == kinds["users"]["columns"]
