"""The combined sign-in and sign-up over HTTP (spec: identity, Routes)."""

import asyncio
from typing import Any

import httpx
import pytest
from msgspec import structs

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.mailed import Now
from tests.people import PASSWORD, add_person, sign_in

EMAIL = "vera@example.com"
GOOD = "a rather good one"


async def enter(client: httpx.AsyncClient, email: str = EMAIL, **body: Any) -> httpx.Response:
    return await client.post("/auth/enter", json={"email": email, "password": GOOD, **body})


async def newcomer(client: httpx.AsyncClient, email: str = EMAIL, role: str = "student") -> dict[str, Any]:
    """The reply; nobody is signed in with the client by that."""
    reply = await enter(client, email, role=role)
    assert reply.status_code == 201, reply.text
    body: dict[str, Any] = reply.json()
    return body


async def user_of(container: Container, email: str = EMAIL) -> dict[str, Any]:
    [user] = [row for row in await rows_of(container, "users") if row["email"] == email]
    return user


class HttpEnterContract:
    """The fixtures `client`, `stocked` and `api` say over which database."""

    async def test_an_unknown_email_gets_an_account_at_once_and_a_known_one_signs_in(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        first = await enter(client, "Vera@Example.com", role="teacher")
        assert first.status_code == 201
        again = await enter(client, "VERA@example.com")
        assert again.status_code == 200
        for reply in (first.json(), again.json()):
            assert reply["user"]["username"] == reply["user"]["email"] == reply["user"]["full_name"] == EMAIL
            assert reply["user"]["role"] == "teacher"
            assert reply["requires_registration"] is True
            me = await client.get("/auth/me", headers=bearer(reply["access_token"]))
            assert me.json()["user"]["id"] == first.json()["user"]["id"]
            refreshed = await client.post("/auth/refresh", json={"refreshToken": reply["refreshToken"]})
            assert refreshed.status_code == 200
        assert again.json().keys() == (await log_in(client, email=EMAIL, password=GOOD)).keys()
        user = await user_of(stocked)
        assert (user["email_verified_at"], user["is_active"]) == (None, True)
        done = {(row["action"], row["actor_id"]) for row in await rows_of(stocked, "audit_events")}
        assert done == {("user_created", user["id"]), ("signed_in", user["id"])}

    async def test_a_role_is_chosen_before_and_remembered_by_the_browser(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        chosen = await client.post("/auth/role", json={"role": "teacher"})
        assert (chosen.status_code, chosen.content) == (204, b"")
        cookie = chosen.headers["set-cookie"]
        for attribute in ("atg_role=teacher.", "HttpOnly", "Path=/auth;", "SameSite=lax", "Max-Age=600"):
            assert attribute in cookie
        assert "Secure" not in cookie
        entered = await enter(client)
        assert (entered.status_code, entered.json()["user"]["role"]) == (201, "teacher")
        assert 'atg_role=""; ' in str(entered.headers.get_list("set-cookie"))
        assert "atg_role" not in client.cookies

    async def test_the_cookie_is_for_https_alone_where_the_service_is(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        secure = structs.replace(stocked.settings(), public_url="https://atg.example")
        stocked.settings.override(secure)
        chosen = await client.post("/auth/role", json={"role": "student"})
        assert "Secure" in chosen.headers["set-cookie"]

    async def test_the_body_goes_before_the_cookie(self, client: httpx.AsyncClient) -> None:
        await client.post("/auth/role", json={"role": "teacher"})
        assert (await newcomer(client, role="student"))["user"]["role"] == "student"

    async def test_without_a_role_there_is_no_new_account(self, client: httpx.AsyncClient, stocked: Container) -> None:
        before = len(await rows_of(stocked, "users"))
        refused = await enter(client)
        assert (refused.status_code, refused.json()["code"]) == (400, "role_required")
        assert [error["field"] for error in refused.json()["errors"]] == ["role"]
        assert len(await rows_of(stocked, "users")) == before

    async def test_what_was_not_signed_here_or_too_long_ago_chooses_no_role(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        now = Now(stocked)
        signed = stocked.role_choices().signed(Role.TEACHER, now.moment)
        role, ends, mac = signed.split(".")
        forged = [
            *("", "teacher", "teacher.", "..", "a.b.c", "admin", f"admin.{ends}.{mac}", f"student.{ends}.{mac}"),
            *(
                f"{role}.{int(ends) + 1}.{mac}",
                f"{role}.{ends}.{mac[:-1]}",
                f"{role}.{ends}.",
                f"{signed}x",
                "x" * 5000,
            ),
        ]
        for number, value in enumerate(forged):
            body = {"email": f"{number}-{EMAIL}", "password": GOOD}
            refused = await client.post("/auth/enter", json=body, headers={"cookie": f"atg_role={value}"})
            assert (refused.status_code, refused.json()["code"]) == (400, "role_required"), value
        now.pass_by(minutes=10)
        late = await client.post(
            "/auth/enter", json={"email": EMAIL, "password": GOOD}, headers={"cookie": f"atg_role={signed}"}
        )
        assert late.json()["code"] == "role_required"

    @pytest.mark.refuses
    @pytest.mark.parametrize("role", ["admin", "instructor", "user", "customer", "", 5])
    async def test_nobody_becomes_anything_else(
        self, client: httpx.AsyncClient, stocked: Container, role: str | int
    ) -> None:
        for reply in (await enter(client, role=role), await client.post("/auth/role", json={"role": role})):
            assert reply.status_code == 400
            assert [error["field"] for error in reply.json()["errors"]] == ["role"]
        assert EMAIL not in {row["email"] for row in await rows_of(stocked, "users")}

    async def test_a_role_that_is_there_is_never_changed(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """Z3."""
        await add_person(stocked, "anna", role=Role.USER)
        for role in ("teacher", "student"):
            entered = await enter(client, "anna@example.com", password=PASSWORD, role=role)
            assert (entered.status_code, entered.json()["user"]["role"]) == (200, "user")

    async def test_an_email_is_no_username(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """Whoever has an address for a name does not stand in the way of whoever has the address."""
        await add_person(stocked, EMAIL, email="other@example.com")
        made = await newcomer(client)
        assert (made["user"]["username"], made["user"]["email"]) == (f"{EMAIL}-2", EMAIL)

    async def test_a_long_email_makes_a_short_name(self, client: httpx.AsyncClient) -> None:
        long = f"{'v' * 60}@example.com"
        assert (await newcomer(client, long))["user"]["username"] == "v" * 50
        assert (await newcomer(client, f"x{long}"[1:-4] + ".org"))["user"]["username"] == "v" * 48 + "-2"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"password": "short"}, "password"),
            ({"password": "password1"}, "password"),
            ({"password": "x" * 129}, "password"),
            pytest.param({"password": ""}, "password", marks=pytest.mark.refuses),
            pytest.param({"email": "no-address"}, "email", marks=pytest.mark.refuses),
            pytest.param({"email": ""}, "email", marks=pytest.mark.refuses),
            pytest.param({"email": "a\x00@example.com"}, "email", marks=pytest.mark.refuses),
        ],
    )
    async def test_what_is_wrong_with_a_newcomer_is_named(
        self, client: httpx.AsyncClient, body: dict[str, str], field: str
    ) -> None:
        """S19."""
        reply = await client.post("/auth/enter", json={"email": EMAIL, "password": GOOD, "role": "student", **body})
        assert reply.status_code == 400
        assert [error["field"] for error in reply.json()["errors"]] == [field]

    async def test_a_wrong_password_and_an_inactive_user_are_refused_as_at_login(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """S16: a password that is weak or long is simply wrong for an account that is there."""
        await add_person(stocked, "anna")
        await add_person(stocked, "gone", is_active=False)
        await add_person(stocked, "hashless", password_hash=None)
        login = await client.post("/auth/login", json={"username": "nobody", "password": "x"})
        for email, password in (
            ("anna@example.com", "short"),
            ("anna@example.com", "x" * 1000),
            ("gone@example.com", PASSWORD),
            ("hashless@example.com", PASSWORD),
        ):
            reply = await enter(client, email, password=password, role="student")
            assert (reply.status_code, reply.text) == (401, login.text)

    async def test_failures_are_those_of_signing_in(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """S17."""
        await add_person(stocked, "anna")
        wrong = [await enter(client, "anna@example.com", password="wrong password") for _ in range(3)]
        wrong += [await client.post("/auth/login", json={"email": "anna@example.com", "password": "x"}) for _ in "12"]
        assert [reply.status_code for reply in wrong] == [400] * 3 + [401] * 2
        for refused in (
            await enter(client, "anna@example.com", password=PASSWORD),
            await enter(client, "anna@example.com"),
        ):
            assert refused.status_code == 429
            assert 1 <= int(refused.headers["retry-after"]) <= 60

    async def test_the_same_newcomer_twice_at_the_same_moment_is_one(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        replies = await asyncio.gather(
            *(enter(client, role="student") for _ in range(4)),
            *(enter(client, role="teacher", password="quite another one") for _ in range(3)),
        )
        assert [reply.status_code for reply in replies].count(201) == 1
        user = await user_of(stocked)
        students, teachers = replies[:4], replies[4:]
        winners, others = (students, teachers) if user["role"] == "student" else (teachers, students)
        assert {reply.status_code for reply in winners} == {200, 201}
        assert {reply.status_code for reply in others} == {401}

    async def test_the_device_is_named_beside_what_it_says_of_itself(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0"
        await add_person(stocked, "anna")
        client.headers["user-agent"] = agent
        token = (await log_in(client, username="anna", password=PASSWORD))["token"]
        [session] = (await client.get("/auth/sessions", headers=bearer(token))).json()["items"]
        assert (session["device"], session["device_name"]) == (agent, "Chrome on Windows")

    async def test_users_are_found_by_their_number_and_department_too(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, role=Role.ADMIN)
        profiles = [row for row in await rows_of(stocked, "user_profiles") if row.get("employee_id")]
        wanted = min(profiles, key=lambda row: row["employee_id"])
        found = (await client.get("/admin/users", params={"q": wanted["employee_id"].lower()})).json()
        assert str(wanted["id"]) in {user["id"] for user in found["items"]}
        mates = {str(row["id"]) for row in profiles if row["department"] == wanted["department"]}
        found = (await client.get("/admin/users", params={"q": wanted["department"], "size": 100})).json()
        assert {user["id"] for user in found["items"]} == mates
        assert found["total"] == len(mates)
