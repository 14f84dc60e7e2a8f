"""Text in any case: what searches and sign-ins find, by the same rules in every store."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from unicodedata import normalize
from uuid import UUID

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.shop.bot import Bot, ShopContract
from tests.people import PASSWORD, add_person, sign_in

KEPT = "Ёлка École Straße ΣΟΦΟΣ 50%_Я"
FOUND = (
    *("ёлк", "ЁЛКА", " ёлка ", "école", "STRASSE", "strasse", "σοφος", "Σοφοσ", "50%_я"),
    normalize("NFD", "ёлка éCOLE"),
)
NOT_FOUND = ("елка", "ecole", "софос", "50%я", "50__", "%ё", "\\", "/")


async def names(client: httpx.AsyncClient, path: str, name: str, headers: Mapping[str, str], words: str) -> list[Any]:
    reply = await client.get(path, params={"q": words}, headers=headers)
    assert reply.status_code == 200, reply.text
    assert reply.json()["total"] == len(reply.json()["items"])
    return [row[name] for row in reply.json()["items"]]


async def log_in(client: httpx.AsyncClient, **body: str) -> httpx.Response:
    return await client.post("/auth/login", json={"password": PASSWORD, **body})


class HttpAnyCaseContract(ShopContract):
    """The fixtures `client` and `stocked` say over which database."""

    async def _made(self, client: httpx.AsyncClient, path: str, admin: Mapping[str, str], **body: Any) -> Any:
        reply = await client.post(path, json=body, headers=admin)
        assert reply.status_code == 201, reply.text
        return reply.json()

    async def _is_searched(self, client: httpx.AsyncClient, path: str, name: str, headers: Mapping[str, str]) -> None:
        """That the record with KEPT in one of its fields is found, and no other."""
        for words in FOUND:
            assert len(await names(client, path, name, headers, words)) == 1, words
        for words in NOT_FOUND:
            assert await names(client, path, name, headers, words) == [], words

    @pytest.mark.parametrize("field", ["title", "description"])
    async def test_courses_and_products_are_searched(
        self, client: httpx.AsyncClient, admin: dict[str, str], field: str
    ) -> None:
        for path, price in (
            ("/courses", {}),
            ("/api/lessons", {"price": 1}),
            ("/api/courses", {"total_price": 1}),
        ):
            made = await self._made(client, path, admin, title="x", **price)
            changed = await client.put(f"{path}/{made['id']}", json={field: KEPT}, headers=admin)
            assert changed.status_code == 200, changed.text
            await self._is_searched(client, path, field, admin)
            other = await self._made(client, path, admin, **{"title": "y", **price, field: KEPT.upper()})
            assert len(await names(client, path, field, admin, "ёлка")) == 2
            await client.put(f"{path}/{other['id']}", json={"title": "y", "description": "z"}, headers=admin)
            assert len(await names(client, path, field, admin, "ёлка")) == 1

    async def test_customers_are_searched(self, client: httpx.AsyncClient, bot: Bot) -> None:
        for number, name in enumerate(("first_name", "last_name", "username"), start=1):
            kept = {"first_name": "x", name: KEPT}
            made = await client.post("/api/users/", json={"telegram_id": number, **kept}, headers=bot.headers)
            await self._is_searched(client, "/api/users/", name, bot.headers)
            changed = await client.put(f"/api/users/{made.json()['id']}", json={name: "y"}, headers=bot.headers)
            assert changed.status_code == 200, changed.text
            assert await names(client, "/api/users/", name, bot.headers, "ёлка") == []

    @pytest.mark.parametrize("field", ["username", "full_name", "employee_id", "department"])
    async def test_users_are_searched(
        self, client: httpx.AsyncClient, stocked: Container, admin: dict[str, str], field: str
    ) -> None:
        body = {field: KEPT} if field in {"username", "full_name"} else {}
        made = await self._made(client, "/admin/users", admin, **{"username": "x", **body})
        if not body:
            async with stocked.open_identity()() as store:
                profile = await store.profile(UUID(made["id"]))
                await store.save_profile(replace(profile, **{field: KEPT}))
        await self._is_searched(client, "/admin/users", "id", admin)

    async def test_learners_are_searched(
        self, client: httpx.AsyncClient, admin: dict[str, str], stocked: Container
    ) -> None:
        course = await self._made(client, "/courses", admin, title="x")
        for username, full_name in (("x", KEPT), ("Ёж", "y")):
            await sign_in(client, stocked, username, full_name=full_name)
            assert (await client.post(f"/courses/{course['id']}/enroll")).status_code < 300
        path = f"/courses/{course['id']}/learners"
        await self._is_searched(client, path, "username", admin)
        assert await names(client, path, "username", admin, "ёж") == ["Ёж"]
        await sign_in(client, stocked, "z")
        assert (await client.put("/users/me", json={"full_name": KEPT})).status_code == 200
        assert (await client.post(f"/courses/{course['id']}/enroll")).status_code < 300
        assert len(await names(client, path, "username", admin, "ЁЛКА")) == 2

    async def test_an_email_signs_in_in_any_case_and_with_white_space_around(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        user_id = await add_person(stocked, "иван", email="Иван.Ёлкин@Почта.РФ")
        for email in ("иван.ёлкин@почта.рф", "ИВАН.ЁЛКИН@ПОЧТА.РФ", " Иван.ёлкин@почта.рф\n"):
            for name in ("username", "email"):
                reply = await log_in(client, **{name: normalize("NFD", email)})
                assert (reply.status_code, reply.json().get("user", {}).get("id")) == (200, str(user_id)), email
        assert (await log_in(client, email="иван.елкин@почта.рф")).status_code == 401

    async def test_a_username_signs_in_in_any_case_where_only_one_fits(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        user_id = await add_person(stocked, "Пётр")
        for name in ("Пётр", "пётр", "ПЁТР", " пётр ", normalize("NFD", "пЁТр")):
            reply = await log_in(client, username=name)
            assert (reply.status_code, reply.json().get("user", {}).get("id")) == (200, str(user_id)), name
        assert (await log_in(client, username="петр")).status_code == 401
        assert (await log_in(client, username="пётр", password="wrong password")).status_code == 401

    async def test_names_that_differ_in_case_alone_are_taken(
        self, client: httpx.AsyncClient, stocked: Container, admin: dict[str, str]
    ) -> None:
        await add_person(stocked, "Пётр", email="Пётр@почта.рф")
        other = await self._made(client, "/admin/users", admin, username="other", email="other@почта.рф")
        for body, code in (
            ({"username": "ПЁТР"}, "username_taken"),
            ({"username": normalize("NFD", "пётр")}, "username_taken"),
            ({"username": "new", "email": "ПЁТР@ПОЧТА.РФ"}, "email_taken"),
        ):
            reply = await client.post("/admin/users", json=body, headers=admin)
            assert (reply.status_code, reply.json()["code"]) == (409, code)
            reply = await client.put(f"/admin/users/{other['id']}", json=body, headers=admin)
            assert (reply.status_code, reply.json()["code"]) == (409, code)
        own = await client.put(f"/admin/users/{other['id']}", json={"username": "OTHER"}, headers=admin)
        assert (own.status_code, own.json()["username"]) == (200, "OTHER")

    async def test_who_enters_with_the_email_of_an_account_signs_in_to_it(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        user_id = await add_person(stocked, "иван", email="Иван@почта.рф", role=Role.STUDENT)
        body = {"email": " ИВАН@Почта.рф ", "password": PASSWORD, "role": "student"}
        entered = await client.post("/auth/enter", json=body)
        assert (entered.status_code, entered.json().get("user", {}).get("id")) == (200, str(user_id))
