"""Cells with lists, of texts and of references, over every `ImportStore`."""

from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange, insert, rows_of
from tests.contracts.importing.samples import BUNDLE, MONDAY, PROGRAM, SHOP, STATION, only_row, refused


class ImportedListsContract:
    """The fixture `container` gives the adapter."""

    async def test_lists_are_kept_in_order_and_replaced_when_they_change(self, container: Container) -> None:
        await arrange(container, stations=[STATION], programs=[PROGRAM | {"requirements": "one; two ;;three"}])
        texts = [
            (row["requirement_text"], row["order_index"])
            for row in await rows_of(container, "course_program_requirements")
        ]
        assert texts == [("one", 1), ("two", 2), ("three", 3)]
        counts = await arrange(container, programs=[PROGRAM | {"requirements": "three;one"}])
        assert counts["programs.csv"] == Counts(updated=1)
        texts = [
            (row["requirement_text"], row["order_index"])
            for row in await rows_of(container, "course_program_requirements")
        ]
        assert sorted(texts, key=lambda text: text[1]) == [("three", 1), ("one", 2)]
        assert (await arrange(container, programs=[PROGRAM]))["programs.csv"] == Counts(unchanged=1)
        assert len(await rows_of(container, "course_program_requirements")) == 2

    async def test_the_records_that_a_list_names_are_kept_in_order_and_replaced(self, container: Container) -> None:
        async def titles() -> list[object]:
            names = {row["id"]: row["title"] for row in await rows_of(container, "shop_lessons")}
            links = sorted(await rows_of(container, "shop_course_lessons"), key=lambda link: link["order_index"])
            assert [link["order_index"] for link in links] == list(range(1, len(links) + 1))
            return [names[link["lesson_id"]] for link in links]

        assert (await arrange(container, **SHOP, shop_courses=[BUNDLE]))["shop-courses.csv"] == Counts(created=1)
        assert await titles() == ["C", "A"]
        for lessons, expected in (("A;C", ["A", "C"]), ("B; A ;;C", ["B", "A", "C"]), ("", [])):
            again = [BUNDLE | {"lessons": lessons}]
            assert (await arrange(container, shop_courses=again))["shop-courses.csv"] == Counts(updated=1)
            assert await titles() == expected
            assert (await arrange(container, shop_courses=again))["shop-courses.csv"] == Counts(unchanged=1)
        await arrange(container, shop_courses=[BUNDLE])
        without = {"title": "All", "total_price": "25"}
        assert (await arrange(container, shop_courses=[without]))["shop-courses.csv"] == Counts(unchanged=1)
        assert await titles() == ["C", "A"]

    async def test_what_a_list_names_must_be_there_and_stands_in_it_once(self, container: Container) -> None:
        rows = [
            BUNDLE | {"title": str(number), "lessons": lessons}
            for number, lessons in enumerate((r"A;X;B;Y\;Z", "A;B;A", "A", "a", "x" * 256, "B\x00"))
        ]
        assert await refused(container, **SHOP, shop_courses=rows) == [
            "shop-courses.csv:2: lessons: names nothing that is there: X, Y;Z",
            "shop-courses.csv:3: lessons: names twice: A",
            "shop-courses.csv:5: lessons: names nothing that is there: a",
            f"shop-courses.csv:6: lessons: names nothing that is there: {'x' * 256}",
            "shop-courses.csv:7: lessons: holds a NUL character",
        ]
        assert await rows_of(container, "shop_lessons") == []

    async def test_of_several_records_of_a_title_the_oldest_counts(self, container: Container) -> None:
        for price in (1, 2):
            lesson = {"title": "A", "description": "", "price": price, "is_active": True, "is_free": False}
            await insert(container, "shop_lessons", **lesson, created_at=MONDAY, updated_at=MONDAY)
        await arrange(container, shop_courses=[BUNDLE | {"lessons": "A"}])
        oldest = min(row["id"] for row in await rows_of(container, "shop_lessons"))
        assert (await only_row(container, "shop_course_lessons"))["lesson_id"] == oldest
        changed = await arrange(container, shop_lessons=[{"title": "A", "price": "3"}])
        assert changed["shop-lessons.csv"] == Counts(updated=1)
        prices = {row["id"]: row["price"] for row in await rows_of(container, "shop_lessons")}
        assert prices == {oldest: 3, oldest + 1: 2}

    async def test_lists_may_name_more_records_than_one_query_takes(self, container: Container) -> None:
        names = [f"lesson {number}" for number in range(5_100)]
        courses = [BUNDLE | {"title": str(n), "lessons": ";".join(names[n::100])} for n in range(100)]
        lessons = [{"title": name, "price": "1"} for name in names]
        counts = await arrange(container, shop_lessons=lessons, shop_courses=courses)
        assert counts["shop-courses.csv"] == Counts(created=100)
        assert len(await rows_of(container, "shop_course_lessons")) == len(names)
