"""The caller's profile over HTTP."""

import httpx

from atg_entrypoints.container import Container
from tests.contracts.identity.http_sign_in import log_in
from tests.people import PASSWORD, sign_in

PROFILE = {
    "id",
    "username",
    "role",
    "full_name",
    "email",
    "avatar_url",
    "company",
    "position",
    "phone",
    "bio",
    "language",
    "email_notifications",
    "push_notifications",
    "weekly_report",
    "time_zone",
}


class HttpProfileContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_registering_fills_in_the_profile(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, full_name=None)
        body = {"full_name": "Анна Пак", "phone": "+7 900 000-00-00", "station_id": 1, "position": "Машинист"}
        reply = await client.post("/auth/register-profile", json=body)
        assert (reply.status_code, reply.json()) == (200, {"success": True})
        again = await log_in(client, username="anna", password=PASSWORD)
        assert "requires_registration" not in again
        assert again["user"]["full_name"] == "Анна Пак"
        assert (await client.get("/auth/me")).json()["user"]["full_name"] == "Анна Пак"
        profile = (await client.get("/users/me")).json()["data"]
        assert (profile["position"], profile["phone"]) == ("Машинист", "+7 900 000-00-00")

    async def test_registering_names_what_is_wrong(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked)
        good = {"full_name": "Анна", "phone": None, "station_id": None, "position": "Машинист"}
        for wrong in ({"full_name": ""}, {"position": None}, {"station_id": 4711}, {"station_id": 2**40}):
            reply = await client.post("/auth/register-profile", json=good | wrong)
            assert reply.status_code == 400
            assert [error["field"] for error in reply.json()["errors"]] == list(wrong)

    async def test_a_profile_is_read_and_changed_field_by_field(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked)
        before = (await client.get("/users/me")).json()
        assert set(before) == {"data"}
        assert set(before["data"]) == PROFILE
        changes = {"bio": 'Люблю "кавычки"', "language": "en", "weekly_report": True, "email": "Own@Example.com"}
        reply = await client.put("/users/me", json=changes)
        assert (reply.status_code, reply.json()) == (200, {"success": True})
        after = (await client.get("/users/me")).json()["data"]
        assert after == before["data"] | changes | {"email": "own@example.com"}
        for empty in ("", None):
            await client.put("/users/me", json={"email": empty, "bio": None})
            cleared = (await client.get("/users/me")).json()["data"]
            assert (cleared["email"], cleared["bio"]) == (None, None)
        assert (await client.get("/auth/me")).json()["user"]["email"] == "anna@example.com"

    async def test_what_is_not_ones_own_to_change_is_ignored(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """Z3: role, username, state and picture are nobody's own to set."""
        await sign_in(client, stocked)
        forbidden = {"role": "admin", "username": "root", "is_active": False, "id": "1", "avatar_url": "x"}
        before = (await client.get("/users/me")).json()
        assert (await client.put("/users/me", json=forbidden)).status_code == 200
        registration = {"full_name": "Анна Ким", "position": "Машинист"}
        assert (await client.post("/auth/register-profile", json=forbidden | registration)).status_code == 200
        after = (await client.get("/users/me")).json()
        assert after["data"] == before["data"] | {"position": "Машинист", "phone": None}
        assert (await client.get("/auth/me")).json()["user"]["role"] == "user"

    async def test_a_wrong_value_changes_nothing(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked)
        before = (await client.get("/users/me")).json()
        for field, value in (
            ("email", "no-address"),
            ("email", "a@b"),
            ("language", None),
            ("language", "ru\n"),
            ("weekly_report", "maybe"),
            ("full_name", "x" * 256),
            ("bio", "a\x00b"),
            ("phone", 5),
        ):
            reply = await client.put("/users/me", json={"company": "ООО", field: value})
            assert reply.status_code == 400, field
            assert [error["field"] for error in reply.json()["errors"]] == [field]
        assert (await client.get("/users/me")).json() == before

    async def test_errors_come_in_the_language_of_the_profile(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """That of a new profile is Russian; one that is not spoken here leaves it to the client."""
        await sign_in(client, stocked)
        english = {"accept-language": "en"}
        for chosen, said in (
            (None, "bio: нужен текст"),
            ("en-GB", "bio: must be a text"),
            ("kk", "bio: must be a text"),
            ("ru", "bio: нужен текст"),
        ):
            if chosen:
                assert (await client.put("/users/me", json={"language": chosen})).status_code == 200
            refused = await client.put("/users/me", json={"bio": 5}, headers=english)
            assert refused.json()["detail"] == said
            assert refused.headers["content-language"] == ("ru" if "нужен" in said else "en")
        forbidden = await client.get("/admin/users", headers=english)
        assert (forbidden.status_code, forbidden.json()["title"]) == (403, "Доступ запрещён")
