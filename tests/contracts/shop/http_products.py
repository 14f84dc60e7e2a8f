"""Products of the shop over HTTP (spec: store)."""

from typing import Any

import httpx

from atg_core.shop.ports import ShopFilters
from atg_entrypoints.container import Container
from tests.contracts.shop.bot import SECRETS, Bot, ShopContract


class HttpProductsContract(ShopContract):
    """Run over every database."""

    async def test_what_is_sold_is_shown_to_those_who_have_bought_it(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str], products: dict[str, int]
    ) -> None:
        anna, boris = await bot.customer(1), await bot.customer(2)
        await bot.buy(anna, course_id=products["course"])
        callers: list[tuple[str, dict[str, str], str, set[str]]] = [
            ("nobody", {}, "", {"free"}),
            ("somebody signed in", {"Authorization": "Bearer nonsense"}, "", {"free"}),
            ("anna", self.customer_headers(stocked, anna), "", {"free", "one", "two"}),
            ("boris", self.customer_headers(stocked, boris), "", {"free"}),
            ("boris as anna", self.customer_headers(stocked, boris), f"?for_user={anna}", {"free"}),
            ("the bot", bot.headers, "", {"free"}),
            ("the bot for anna", bot.headers, f"?for_user={anna}", {"free", "one", "two"}),
            ("admin", admin, "", {"free"}),
            ("admin for anna", admin, f"?for_user={anna}", {"free", "one", "two"}),
            ("admin for boris", admin, f"?for_user={boris}", {"free"}),
        ]
        names = {number: name for name, number in products.items() if name != "course"}
        for who, headers, query, seen in callers:
            listed = (await client.get(f"/api/lessons/{query}", headers=headers)).json()["items"]
            course = (await client.get(f"/api/courses/{products['course']}{query}", headers=headers)).json()
            single = [(await client.get(f"/api/lessons/{number}{query}", headers=headers)).json() for number in names]
            assert (
                [lesson["id"] for lesson in course["lessons"]]
                == course["lesson_ids"]
                == [products["two"], products["one"]]
            )
            for lesson in (*listed, *course["lessons"], *single):
                shown = names[lesson["id"]] in seen
                told = {name: lesson[name] for name in SECRETS}
                assert told == (SECRETS if shown else dict.fromkeys(SECRETS)), (who, lesson["id"])
                assert lesson["has_access"] is shown
            assert len(listed) == 4

    async def test_access_says_by_what(self, client: httpx.AsyncClient, bot: Bot, products: dict[str, int]) -> None:
        anna = await bot.customer()

        async def via(lesson: str) -> str | None:
            access = await bot.get(f"/api/users/{anna}/access?lesson_id={products[lesson]}")
            assert access["has_access"] is (access["via"] is not None)
            told: str | None = access["via"]
            return told

        assert [await via(name) for name in ("one", "two", "free")] == [None, None, "free"]
        await bot.buy(anna, lesson_id=products["two"])
        await bot.buy(anna, course_id=products["course"])
        names = ("one", "two", "free", "other")
        assert [await via(name) for name in names] == ["course", "lesson", "free", None]
        await bot.buy(anna, lesson_id=products["other"])
        await bot.get(f"/api/users/{anna}/access?lesson_id=99999", 404)
        await bot.get(f"/api/users/99999/access?lesson_id={products['one']}", 404)
        unnamed = await bot.get(f"/api/users/{anna}/access", 400)
        assert [error["field"] for error in unnamed["errors"]] == ["lesson_id"]

    async def test_lists_are_narrowed_and_others_than_administrators_see_what_is_active(
        self, client: httpx.AsyncClient, bot: Bot, admin: dict[str, str], products: dict[str, int]
    ) -> None:
        hidden = await client.put(f"/api/lessons/{products['one']}", json={"is_active": False}, headers=admin)
        assert hidden.json()["is_active"] is False

        async def ids(path: str, headers: dict[str, str]) -> set[int]:
            reply = (await client.get(path, headers=headers)).json()
            assert reply["total"] == len(reply["items"])
            return {row["id"] for row in reply["items"]}

        assert await ids("/api/lessons", {}) == {products["two"], products["free"], products["other"]}
        assert await ids("/api/lessons?is_active=false", {}) == set()
        assert await ids("/api/lessons?is_active=false", admin) == {products["one"]}
        assert await ids("/api/lessons", admin) == {products[name] for name in ("one", "two", "free", "other")}
        assert await ids("/api/lessons?is_free=true", {}) == {products["free"]}
        assert await ids("/api/lessons?min_price=150&max_price=250", {}) == {products["two"]}
        assert await ids("/api/lessons?q=рок 2", {}) == {products["two"]}
        assert await ids("/api/courses?max_price=250&q=урс", {}) == {products["course"]}
        assert await ids("/api/courses?max_price=249", {}) == set()
        assert (await client.get(f"/api/lessons/{products['one']}")).status_code == 404
        assert (await client.get(f"/api/lessons/{products['one']}", headers=admin)).status_code == 200
        anna = await bot.customer()
        assert (await bot.buy(anna, lesson_id=products["one"], status=409))["code"] == "item_inactive"

    async def test_goods_are_listed_newest_first_and_without_those_of_a_course(
        self, stocked: Container, products: dict[str, int]
    ) -> None:
        async def found(**filters: Any) -> tuple[list[int], int]:
            lessons, total = await stocked.shop_queries().lessons(ShopFilters(**filters), limit=1, offset=0)
            return [each.id for each in lessons], total

        assert await found() == ([products["one"]], 4)
        assert await found(newest_first=True) == ([products["other"]], 4)
        assert await found(not_in_course=products["course"]) == ([products["free"]], 2)
        assert await found(not_in_course=products["course"], newest_first=True, q="рок 3") == ([products["free"]], 1)
        assert (await found(not_in_course=999_999))[1] == 4
        values = {"title": "Ещё", "description": "", "total_price": 9, "discount_price": None, "is_active": True}
        other = await stocked.edit_products().add_course(values, [])
        courses, _ = await stocked.shop_queries().courses(ShopFilters(newest_first=True), limit=9, offset=0)
        assert [each.id for each in courses] == [other.id, products["course"]]

    async def test_goods_are_edited_by_administrators_and_what_was_bought_is_not_deleted(
        self, client: httpx.AsyncClient, bot: Bot, admin: dict[str, str], products: dict[str, int]
    ) -> None:
        course = f"/api/courses/{products['course']}"
        ids = [products["one"], products["free"], products["two"]]
        changed = (await client.put(course, json={"lesson_ids": ids, "discount_price": None}, headers=admin)).json()
        assert (changed["lesson_ids"], changed["discount_price"], changed["total_price"]) == (ids, None, 300)
        for wrong, status in (([99999], 404), ([ids[0], ids[0]], 400), ([0], 400)):
            reply = await client.put(course, json={"lesson_ids": wrong}, headers=admin)
            assert reply.status_code == status
        assert (await client.get(course, headers=admin)).json()["lesson_ids"] == ids
        await bot.buy(await bot.customer(), course_id=products["course"])
        for path in (course, f"/api/lessons/{products['one']}"):
            assert (await client.delete(path, headers=admin)).status_code == 204
            assert (await client.get(path, headers=admin)).json()["is_active"] is False
        free = (await client.post("/api/lessons", json={"title": "x", "price": 1}, headers=admin)).json()["id"]
        assert (await client.delete(f"/api/lessons/{free}", headers=admin)).status_code == 204
        assert (await client.get(f"/api/lessons/{free}", headers=admin)).status_code == 404
        for body in ({"title": ""}, {"price": -1}, {"text_content": "a\x00"}):
            assert (await client.put(f"/api/lessons/{ids[0]}", json=body, headers=admin)).status_code == 400
        for method in ("PUT", "DELETE"):
            for path in ("/api/lessons/99999", "/api/courses/99999", "/api/lessons/x"):
                assert (await client.request(method, path, json={}, headers=admin)).status_code == 404
