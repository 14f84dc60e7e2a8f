"""What an import stores is found in any case, over every `ImportStore`."""

from unicodedata import normalize
from uuid import uuid4

import pytest

from atg_core.catalog.model import CourseQuery
from atg_core.identity.model import UserQuery
from atg_core.importing.records import Counts
from atg_core.schedule.model import Viewer
from atg_core.shop.ports import ShopFilters
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of, source
from tests.contracts.importing.samples import refused

PETR = {
    "username": "Пётр",
    "email": "Пётр@Почта.РФ",
    "full_name": "Пётр Ёлкин",
    "employee_id": "Ж-1",
    "department": "Цех",
}
# The second row makes a batch that only row by row can be judged.
ROW_BY_ROW = {
    **PETR,
    "username": "anna",
    "email": "anna@example.com",
    "employee_id": "Ж-2",
    "password": "a rather good one",
}


class AnyCaseImportingContract:
    """The fixture `container` gives the adapter."""

    async def _found(self, container: Container, words: str) -> int:
        _, total = await container.callers().users(UserQuery(q=words), limit=1, offset=0)
        return int(total)

    @pytest.mark.parametrize("rows", [[PETR], [PETR, ROW_BY_ROW]], ids=["in bulk", "row by row"])
    async def test_users_sign_in_and_are_found(self, container: Container, rows: list[dict[str, str]]) -> None:
        await arrange(container, users=rows)
        callers = container.callers()
        for login in ("пётр", "ПЁТР", normalize("NFD", "пётр"), "ПЁТР@почта.рф"):
            account = await callers.find_account(login)
            assert account is not None
            assert account.user.username == "Пётр"
        for words, number in (("ёлкин", len(rows)), ("ПЁТР@ПОЧТА", 1), ("ж-1", 1), ("ЦЕХ", len(rows)), ("елкин", 0)):
            assert await self._found(container, words) == number, words
        changed = {**PETR, "email": "Ёж@почта.рф", "full_name": "Ёж", "employee_id": "Щ", "department": ""}
        await arrange(container, users=[changed, *rows[1:]])
        account = await callers.find_account("ёЖ@ПОЧТА.рф")
        assert account is not None
        assert await callers.find_by_email("пётр@почта.рф") is None
        for words, number in (("ёж", 1), ("ПЁТР@ПОЧТА", 0), ("ж-1", 0), ("щ", 1), ("ЦЕХ", len(rows) - 1)):
            assert await self._found(container, words) == number, words
        assert (await arrange(container, users=[changed]))["users.csv"] == Counts(unchanged=1)

    async def test_groups_are_found(self, container: Container) -> None:
        await arrange(container, users=[{**PETR, "role": "teacher"}])
        for name in ("Ёлки-26", "Ёлки-27"):
            await arrange(container, groups=[{"teacher": "Пётр", "name": name, "students": ""}])
        queries, everybody = container.schedule_queries(), Viewer(id=uuid4(), is_admin=True)
        for words, number in (("ёЛК", 2), ("26", 1), ("елки", 0)):
            _, total = await queries.groups(everybody, words, limit=1, offset=0)
            assert total == number, words

    async def test_a_username_or_email_that_differs_in_case_alone_is_a_bad_row(self, container: Container) -> None:
        await arrange(container, users=[PETR])
        for cells, column in (
            ({"username": "ПЁТР"}, "username"),
            ({"username": "other", "email": "ПЁТР@ПОЧТА.РФ"}, "email"),
        ):
            assert await refused(container, users=[cells]) == [
                f"users.csv:2: {column}: conflicts with {PETR['username']}"
            ]
            assert await refused(container, users=[{"username": "new"}, cells]) == [
                f"users.csv:3: {column}: conflicts with {PETR['username']}"
            ]
        assert len(await rows_of(container, "users")) == 1

    async def test_courses_and_products_are_found(self, container: Container) -> None:
        course = {"code": "C", "title": "Ёлки", "description": "Ель"}
        product = {"title": "Ёлки", "description": "Ель", "price": "1"}
        bundle = {"title": "Ёлки", "description": "Ель", "total_price": "1"}
        await arrange(container, courses=[course], shop_lessons=[product], shop_courses=[bundle])
        shop = container.shop_queries()
        for words, number in (("ёлки", 1), ("ЕЛЬ", 1), ("елки", 0)):
            _, courses = await container.catalog_queries().courses(CourseQuery(q=words), limit=1, offset=0)
            _, lessons = await shop.lessons(ShopFilters(q=words), limit=1, offset=0)
            _, bundles = await shop.courses(ShopFilters(q=words), limit=1, offset=0)
            assert (courses, lessons, bundles) == (number, number, number), words
        await container.import_files()([source("shop-lessons", {"title": "Ёлки", "price": "2"})])
        _, lessons = await shop.lessons(ShopFilters(q="ЕЛЬ"), limit=1, offset=0)
        assert lessons == 1  # a column that the file does not have stays
        await arrange(container, shop_lessons=[{**product, "description": ""}])
        _, lessons = await shop.lessons(ShopFilters(q="ЕЛЬ"), limit=1, offset=0)
        assert lessons == 0
