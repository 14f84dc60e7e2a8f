"""What was sold can be opened, by those who have access to it alone (spec: store; files, Keys and rights)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from dependency_injector import providers

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.files.object_store import put
from tests.contracts.files.people import own, person
from tests.contracts.shop.bot import Bot, ShopContract

MP4 = b"\x00\x00\x00\x18ftypmp42"
VIDEOS = {"one": "shop/пуск агрегата №1.mp4", "two": "shop/two.mp4", "free": "shop/free.mp4", "other": "shop/other.mp4"}

type Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Files:
    """Reads files as somebody, by every route."""

    client: httpx.AsyncClient

    async def statuses(self, key: str, headers: Headers | None = None, **query: Any) -> set[int]:
        asked = {"key": key, **query}
        replies = [
            await self.client.get(f"/files/{route}", params=asked, headers=headers)
            for route in ("presign", "exists", "stream-token")
        ]
        replies += [
            await self.client.request(method, f"/files/{route}/{quote(key)}", params=query, headers=headers)
            for method in ("GET", "HEAD")
            for route in ("stream", "video")
        ]
        return {reply.status_code for reply in replies}

    async def listed(self, headers: Headers, **query: Any) -> set[str]:
        asked = {"prefix": "shop", "delimiter": "", **query}
        reply = await self.client.get("/files/folder-contents", params=asked, headers=headers)
        assert reply.status_code == 200, reply.text
        return {file["objectName"] for file in reply.json()["files"]}

    async def urls(self, key: str, headers: Headers, **query: Any) -> list[str]:
        """A presigned URL and one with a stream token, which need no header."""
        presigned, token = [
            (await self.client.get(f"/files/{route}", params={"key": key, **query}, headers=headers)).json()
            for route in ("presign", "stream-token")
        ]
        return [own(presigned["url"]), own(token["url"])]

    async def opened(self, urls: list[str]) -> set[tuple[int, bool]]:
        """Status, and whether it is the video."""
        ranged = {"Range": "bytes=0-3"}
        replies = [await self.client.get(url, headers=ranged) for url in urls]
        return {(reply.status_code, reply.content == MP4[:4]) for reply in replies}


class HttpSoldFilesContract(ShopContract):
    """Run over every database."""

    @pytest.fixture
    async def keys(
        self, client: httpx.AsyncClient, stocked: Container, admin: dict[str, str], products: dict[str, int]
    ) -> dict[str, str]:
        """A video and a file of each lesson, and a file of the course."""
        keys = {f"{name} file": f"shop/lessons/{products[name]}/notes.pdf" for name in VIDEOS}
        keys |= VIDEOS | {"course": f"shop/courses/{products['course']}/book.pdf"}
        for name, video in VIDEOS.items():
            await client.put(f"/api/lessons/{products[name]}", json={"video_path": video}, headers=admin)
        for key in keys.values():
            await put(stocked.object_store(), key, MP4)
        return keys

    async def test_a_lesson_is_opened_by_who_has_bought_it_until_it_is_refunded(
        self,
        *,
        client: httpx.AsyncClient,
        stocked: Container,
        bot: Bot,
        keys: dict[str, str],
        products: dict[str, int],
    ) -> None:
        """By the Mini App with the customer's token, and by the bot that names the customer."""
        files, anna, boris = Files(client), await bot.customer(1), await bot.customer(2)
        mine, theirs = self.customer_headers(stocked, anna), self.customer_headers(stocked, boris)
        for name in ("one", "one file"):
            assert await files.statuses(keys[name], mine) == {404}
            assert await files.statuses(keys[name], bot.headers, for_user=anna) == {404}
        pending = await bot.buy(anna, lesson_id=products["one"], pay=False)
        assert await files.statuses(keys["one"], mine) == {404}
        await bot.pay(pending)
        for name in ("one", "one file"):
            assert await files.statuses(keys[name], mine) == {200}
            assert await files.statuses(keys[name], bot.headers, for_user=anna) == {200}
            assert await files.statuses(keys[name], theirs) == {404}
            assert await files.statuses(keys[name], theirs, for_user=anna) == {404}
            assert await files.statuses(keys[name], bot.headers, for_user=boris) == {404}
            assert await files.statuses(keys[name], bot.headers, for_user=99_999) == {404}
            assert await files.statuses(keys[name], bot.headers) == {401}
            assert await files.statuses(keys[name], for_user=anna) == {401}
        for name in ("two", "two file", "other", "other file", "course"):
            assert await files.statuses(keys[name], mine) == {404}
        urls = await files.urls(keys["one"], mine) + await files.urls(keys["one"], bot.headers, for_user=anna)
        assert await files.opened(urls) == {(206, True)}
        await bot.call("POST", f"/api/purchases/{pending['id']}/refund")
        assert await files.statuses(keys["one"], mine) == {404}
        assert await files.statuses(keys["one"], bot.headers, for_user=anna) == {404}
        assert await files.opened(urls) == {(404, False)}

    async def test_a_course_opens_its_lessons_and_its_own_files(
        self,
        *,
        client: httpx.AsyncClient,
        stocked: Container,
        bot: Bot,
        admin: dict[str, str],
        keys: dict[str, str],
        products: dict[str, int],
    ) -> None:
        files, anna = Files(client), await bot.customer(1)
        mine = self.customer_headers(stocked, anna)
        free = {keys["free"], keys["free file"]}
        assert await files.listed(mine) == free
        bought = await bot.buy(anna, course_id=products["course"])
        opened = {keys[name] for name in ("one", "one file", "two", "two file", "course")} | free
        assert await files.listed(mine) == await files.listed(bot.headers, for_user=anna) == opened
        for key in keys.values():
            assert await files.statuses(key, mine) == ({200} if key in opened else {404}), key
        for path in (f"/api/lessons/{products['one']}", f"/api/courses/{products['course']}"):
            await client.delete(path, headers=admin)
        assert await files.listed(mine) == opened, "who has bought keeps it"
        await bot.call("POST", f"/api/purchases/{bought['id']}/refund")
        assert await files.listed(mine) == free

    async def test_what_is_free_is_open_to_anyone_while_it_is_for_sale(
        self,
        *,
        client: httpx.AsyncClient,
        stocked: Container,
        bot: Bot,
        admin: dict[str, str],
        keys: dict[str, str],
        products: dict[str, int],
    ) -> None:
        files = Files(client)
        learner, customer = await person(client, stocked, "learner", Role.USER), await bot.customer(1)
        del client.headers["authorization"]
        for headers in ({}, learner, self.customer_headers(stocked, customer), bot.headers, admin):
            assert await files.statuses(keys["free"], headers) == {200}
        for headers, status in (({}, 401), (learner, 404), (admin, 200)):
            assert await files.statuses(keys["one"], headers) == {status}
        await client.put(f"/api/lessons/{products['free']}", json={"is_active": False}, headers=admin)
        for headers, status in (({}, 401), (learner, 404), (self.customer_headers(stocked, customer), 404)):
            assert await files.statuses(keys["free"], headers) == {status}

    async def test_a_customer_opens_nothing_else(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, keys: dict[str, str], products: dict[str, int]
    ) -> None:
        """Other keys, and spellings that only look like those of a lesson that they have."""
        files, anna = Files(client), await bot.customer(1)
        await bot.buy(anna, lesson_id=products["one"])
        mine, number = self.customer_headers(stocked, anna), products["one"]
        closed = [
            *("lessons/1.pdf", "avatars/a.png", "private/a", "recordings/1/a.mp4", "incoming/a", "shop/unknown.mp4"),
            *(f"shop/lessons/0{number}/a", f"shop/lessons/{number}9/a", "shop/lessons/x/a"),
            *(f"SHOP/lessons/{number}/a", f"shop/lessons/{2**40}/a", VIDEOS["one"].upper()),
        ]
        for key in closed:
            await put(stocked.object_store(), key, MP4)
            assert await files.statuses(key, mine) == {404}, key
        await put(stocked.object_store(), "stations/1.png", MP4)
        assert await files.statuses("stations/1.png", mine) == {200}
        upload = {"key": f"shop/lessons/{number}/new.pdf"}
        assert (await client.post("/files/presign-upload", json=upload, headers=mine)).status_code == 401

    async def test_who_was_deactivated_opens_nothing_more(
        self,
        *,
        client: httpx.AsyncClient,
        stocked: Container,
        bot: Bot,
        admin: dict[str, str],
        keys: dict[str, str],
        products: dict[str, int],
    ) -> None:
        files, anna = Files(client), await bot.customer(1)
        await bot.buy(anna, lesson_id=products["one"])
        mine = self.customer_headers(stocked, anna)
        urls = await files.urls(keys["one"], mine)
        await client.put(f"/api/users/{anna}", json={"is_active": False}, headers=admin)
        assert await files.statuses(keys["one"], mine) == {401}
        assert await files.statuses(keys["one"], bot.headers, for_user=anna) == {404}
        assert await files.opened(urls) == {(404, False)}

    async def test_urls_are_good_for_their_customer_and_type_alone(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, keys: dict[str, str], products: dict[str, int]
    ) -> None:
        files, anna, boris = Files(client), await bot.customer(1), await bot.customer(2)
        await bot.buy(anna, lesson_id=products["one"])
        mine = self.customer_headers(stocked, anna)
        presigned, token = await files.urls(keys["one"], mine, contentType="video/x-own")
        assert (await client.get(presigned)).headers["content-type"] == "video/x-own"
        for url in (
            presigned.replace(f"customer={anna}", f"customer={boris}"),
            presigned.replace(f"customer={anna}&", ""),
            presigned.replace("x-own", "mp4"),
            token.replace(f".{anna}.", f".{boris}."),
            token.replace(f".{anna}.", "."),
            token.replace(f".{anna}.", f".{anna}.{anna}."),
            f"{token.partition('=')[0]}=nonsense",
        ):
            assert (await client.get(url)).status_code == 403, url
        assert (await client.get("/files/presign", params={"key": keys["one"], "for_user": 0})).status_code == 400

    async def test_urls_of_customers_are_served_here_also_where_the_store_serves_its_own(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, keys: dict[str, str], products: dict[str, int]
    ) -> None:
        """As S3 does, whose URLs would outlast a refund."""
        files, anna = Files(client), await bot.customer(1)
        bought = await bot.buy(anna, lesson_id=products["one"])
        with stocked.self_served_store.override(providers.Object(None)):
            stocked.serve_signed_urls.reset()
            urls = await files.urls(keys["one"], bot.headers, for_user=anna)
            assert await files.opened(urls) == {(206, True)}
            await bot.call("POST", f"/api/purchases/{bought['id']}/refund")
            assert await files.opened(urls) == {(404, False)}
        stocked.serve_signed_urls.reset()

    async def test_the_video_of_a_lesson_is_not_deleted_by_mistake(
        self, client: httpx.AsyncClient, admin: dict[str, str], keys: dict[str, str]
    ) -> None:
        reply = await client.delete("/files/object", params={"key": keys["one"]}, headers=admin)
        assert (reply.status_code, reply.json()["code"]) == (409, "file_in_use")
