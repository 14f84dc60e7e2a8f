"""Certificates over HTTP, over every database alike."""

import io

import httpx
import pytest
from pypdf import PdfReader

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.people import sign_in
from tests.school import complete_course, school


class HttpCertificatesContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_certificate_is_verified_by_its_number_and_code(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked, full_name="Щёголева Юлия")
        await complete_course(client, at)
        [mine] = (await client.get("/users/me/certificates")).json()["items"]
        assert mine["course_id"] == str(at.course)
        path, code = f"/certificates/{mine['number']}", {"code": mine["verification_code"]}
        del client.headers["Authorization"]
        shown = (await client.get(path, params=code)).json()
        assert shown == {
            "number": mine["number"],
            "full_name": "Щёголева Юлия",
            "course_id": str(at.course),
            "title": "Курс S",
            "issued_at": mine["issued_at"],
            "valid": True,
            "valid_until": None,
            "replaced_by": None,
            "revoked_at": None,
        }
        pdf = await client.get(f"{path}/pdf", params=code)
        assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
        assert pdf.content.startswith(b"%PDF-")
        for wrong in ({}, {"code": ""}, {"code": "x" * 22}):
            for address in (path, f"{path}/pdf"):
                assert (await client.get(address, params=wrong)).status_code == 404
        assert (await client.get("/certificates/ATG-1999-000001", params=code)).status_code == 404

    async def test_a_name_that_no_font_has_is_printed_with_the_username(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked, "li.ming", full_name="李明")
        await complete_course(client, at)
        [mine] = (await client.get("/users/me/certificates")).json()["items"]
        pdf = await client.get(f"/certificates/{mine['number']}/pdf", params={"code": mine["verification_code"]})
        [page] = PdfReader(io.BytesIO(pdf.content)).pages
        assert "(li.ming)" in page.extract_text()
        attested = await client.get(f"/certificates/{mine['number']}", params={"code": mine["verification_code"]})
        assert (attested.json()["full_name"], "username" in attested.json()) == ("李明", False)

    async def test_a_revoked_certificate_says_so_and_no_longer_counts(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        learner = await sign_in(client, stocked)
        await complete_course(client, at)
        [mine] = (await client.get("/users/me/certificates")).json()["items"]
        revoke = f"/admin/certificates/{mine['number']}/revoke"
        assert (await client.post(revoke)).status_code == 403
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        first = await client.post(revoke)
        assert first.status_code == 200
        assert (await client.post(revoke)).json() == first.json()
        assert (await client.post("/admin/certificates/ATG-1999-000001/revoke")).status_code == 404
        written = [row for row in await rows_of(stocked, "audit_events") if row["action"] == "certificate_revoked"]
        assert [str(row["user_id"]) for row in written] == [first.json()["user_id"]]
        shown = await client.get(f"/certificates/{mine['number']}", params={"code": mine["verification_code"]})
        assert (shown.json()["valid"], shown.json()["revoked_at"]) == (False, first.json()["revoked_at"])
        client.headers["Authorization"] = f"Bearer {learner}"
        body = (await client.get("/users/me/stats")).json()
        assert (body["certificates"], body["stats"]["certificates_count"]) == ([], 0)
        assert (await client.get("/users/me/certificates")).json()["total"] == 1
        await complete_course(client, at)
        assert (await client.get("/users/me/certificates")).json()["total"] == 1

    async def test_who_takes_another_name_after_the_certificate_was_issued_is_not_on_it(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """Neither verification nor PDF nor list show the new name, nor a new title of the course."""
        at = await school(stocked)
        await sign_in(client, stocked, full_name="Юлия Щёголева")
        await complete_course(client, at)
        [issued] = (await client.get("/users/me/certificates")).json()["items"]
        path, code = f"/certificates/{issued['number']}", {"code": issued["verification_code"]}
        verified = (await client.get(path, params=code)).json()
        await client.put("/users/me", json={"full_name": "Борис Иванов"})
        await arrange(stocked, courses=[{"code": "S-C", "station": "S", "title": "Совсем другой курс"}])
        await complete_course(client, at)
        assert (await client.get("/users/me")).json()["data"]["full_name"] == "Борис Иванов"
        assert (issued["full_name"], issued["title"]) == ("Юлия Щёголева", "Курс S")
        assert (await client.get(path, params=code)).json() == verified
        assert (await client.get("/users/me/certificates")).json()["items"] == [issued]
        assert (await client.get("/users/me/stats")).json()["certificates"][0]["title"] == "Курс S"
        printed = await _printed(client, f"{path}/pdf", code)
        assert all(words in printed for words in ("Юлия Щёголева", "Курс S"))
        assert not any(word in printed for word in ("Борис", "другой"))

    async def test_an_admin_reissues_a_certificate_under_the_corrected_name(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        learner = await sign_in(client, stocked, full_name="Юлия Щеглова")
        await complete_course(client, at)
        [issued] = (await client.get("/users/me/certificates")).json()["items"]
        path, reissue = f"/certificates/{issued['number']}", f"/admin/certificates/{issued['number']}/reissue"
        code = {"code": issued["verification_code"]}
        verified = (await client.get(path, params=code)).json()
        await client.put("/users/me", json={"full_name": "Юлия Щёголева"})
        assert (await client.post(reissue)).status_code == 403
        root = await sign_in(client, stocked, "root", role=Role.ADMIN)
        for _ in range(2):
            reissued = await client.post(reissue)
            assert reissued.status_code == 200
            assert (reissued.json()["full_name"], reissued.json()["issued_at"]) == (
                "Юлия Щёголева",
                issued["issued_at"],
            )
        assert (await client.get(path, params=code)).json() == verified | {"full_name": "Юлия Щёголева"}
        assert "Юлия Щёголева" in await _printed(client, f"{path}/pdf", code)
        client.headers["Authorization"] = f"Bearer {learner}"
        assert (await client.get("/users/me/certificates")).json()["items"] == [issued | {"full_name": "Юлия Щёголева"}]
        events = [row for row in await rows_of(stocked, "audit_events") if row["action"] == "certificate_reissued"]
        ids = {row["username"]: row["id"] for row in await rows_of(stocked, "users")}
        assert [(row["actor_id"], row["user_id"]) for row in events] == [(ids["root"], ids["anna"])]
        client.headers["Authorization"] = f"Bearer {root}"
        await client.post(f"/admin/certificates/{issued['number']}/revoke")
        refused = await client.post(reissue)
        assert (refused.status_code, refused.json()["code"]) == (409, "certificate_revoked")
        assert (await client.post("/admin/certificates/ATG-1999-000001/reissue")).status_code == 404

    async def test_without_a_full_name_a_certificate_has_the_username(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await sign_in(client, stocked, full_name=None)
        await complete_course(client, at)
        [issued] = (await client.get("/users/me/certificates")).json()["items"]
        assert issued["full_name"] == "anna"

    @pytest.mark.refuses
    async def test_a_malformed_number_or_code_is_refused(self, client: httpx.AsyncClient) -> None:
        for number in ("x" * 21, "%2e%2e", "АТГ", "a" * 300):
            assert (await client.get(f"/certificates/{number}", params={"code": "x"})).status_code == 404
        assert (await client.get("/certificates/ATG-2026-000001", params={"code": "x" * 65})).status_code == 400

    async def test_own_certificates_come_in_pages(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked)
        assert (await client.get("/users/me/certificates")).json() == {
            "items": [],
            "total": 0,
            "page": 1,
            "size": 20,
            "pages": 0,
        }
        assert (await client.get("/users/me/certificates?page=0")).status_code == 400


async def _printed(client: httpx.AsyncClient, path: str, code: dict[str, str]) -> str:
    reply = await client.get(path, params=code)
    assert reply.status_code == 200
    [page] = PdfReader(io.BytesIO(reply.content)).pages
    return " ".join(page.extract_text().split())
