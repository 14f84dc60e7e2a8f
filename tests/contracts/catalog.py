"""What every `Catalog` promises."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from atg_core.catalog.model import CourseQuery
from atg_core.catalog.ports import CourseNotFound, StationNotFound
from atg_entrypoints.container import Container
from tests.arranging import arrange, insert

STATIONS = [{"short_name": "A", "name": "Первая"}, {"short_name": "B", "name": "Вторая"}]
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


class CatalogContract:
    """Run by every adapter: the fixture `container` says which."""

    async def test_children_come_by_their_order(self, container: Container) -> None:
        await arrange(
            container,
            stations=STATIONS,
            equipment=[
                {"station": "A", "name": name, "order_index": order}
                for name, order in (("third", "3"), ("first", "1"), ("also third", "3"), ("zeroth", ""))
            ],
            gas_sources=[
                {"station": "A", "source_name": name, "order_index": order} for name, order in (("y", "2"), ("x", "1"))
            ],
            specifications=[
                {"station": "A", "category": category, "value": "1", "order_index": order}
                for category, order in (("z", "1"), ("w", "0"), ("v", "1"))
            ],
        )
        for view, order in (("station_image", 2), ("tech_map_image", 1)):
            await insert(
                container, "station_photos", station_id=1, title=None, view=view, image_url=view, order_index=order
            )
        for title, order in (("second", 2), ("also second", 2), ("first", 1)):
            await insert(
                container, "station_documents", station_id=1, title=title, file_url="/x.pdf", order_index=order
            )
        catalog = container.catalog()
        card = await catalog.station(1)
        assert [row.name for row in card.equipment] == ["zeroth", "first", "third", "also third"]
        assert [row.source_name for row in card.gas_sources] == ["x", "y"]
        assert [row.category for row in card.specifications] == ["w", "z", "v"]
        assert [row.view for row in card.photos] == ["tech_map_image", "station_image"]
        assert [row.title for row in card.documents] == ["first", "second", "also second"]
        assert await catalog.equipment(1) == card.equipment
        assert await catalog.gas_sources(1) == card.gas_sources
        assert await catalog.specifications(1) == card.specifications
        assert await catalog.equipment(2) == []
        other = await catalog.station(2)
        assert (other.equipment, other.gas_sources, other.specifications, other.photos, other.documents) == (
            [],
            [],
            [],
            [],
            [],
        )

    async def test_stations_come_by_id_whatever_their_names(self, container: Container) -> None:
        await arrange(container, stations=[{"short_name": "Z", "name": "Z"}])
        await arrange(container, stations=[{"short_name": "A", "name": "A"}, {"short_name": "Z", "name": "changed"}])
        assert [(row.id, row.name) for row in await container.catalog().stations()] == [(1, "changed"), (2, "A")]

    async def test_each_part_of_an_unknown_station_is_not_found(self, container: Container) -> None:
        catalog = container.catalog()
        for verb in (
            catalog.station,
            catalog.equipment,
            catalog.specifications,
            catalog.safety_systems,
            catalog.gas_sources,
            catalog.program_tree,
        ):
            with pytest.raises(StationNotFound):
                await verb(4711)

    async def test_features_stand_with_their_own_safety_system(self, container: Container) -> None:
        await arrange(
            container,
            stations=STATIONS,
            safety_systems=[
                {"station": "A", "name": "fire", "order_index": "2", "features": "foam;gas"},
                {"station": "A", "name": "gas", "order_index": "1", "features": "sensors"},
                {"station": "B", "name": "fire", "order_index": "1", "features": ""},
            ],
        )
        catalog = container.catalog()
        found = {system.name: system.feature_names for system in await catalog.safety_systems(1)}
        assert found == {"gas": ["sensors"], "fire": ["foam", "gas"]}
        assert list(found) == ["gas", "fire"]
        assert [system.feature_names for system in await catalog.safety_systems(2)] == [[]]
        assert (await catalog.station(1)).safety_systems == await catalog.safety_systems(1)

    async def test_the_tree_is_of_the_first_active_program_and_of_what_is_active_in_it(
        self, container: Container
    ) -> None:
        await arrange(
            container,
            stations=STATIONS,
            programs=[
                {"code": "P0", "station": "A", "title": "old", "order_index": "0", "is_active": "false"},
                {"code": "P2", "station": "A", "title": "second", "order_index": "2", "is_active": "true"},
                {"code": "P1", "station": "A", "title": "first", "order_index": "1", "is_active": "true"},
            ],
            lessons=[
                {"code": "L2", "program": "P1", "title": "two", "order_index": "2", "is_active": "true"},
                {"code": "L1", "program": "P1", "title": "one", "order_index": "1", "is_active": "true"},
                {"code": "L0", "program": "P1", "title": "gone", "order_index": "0", "is_active": "false"},
                {"code": "LX", "program": "P2", "title": "elsewhere", "order_index": "0", "is_active": "true"},
            ],
            topics=[
                {"lesson": "L1", "code": "2", "title": "b", "order_index": "2", "is_active": "true"},
                {"lesson": "L1", "code": "1", "title": "a", "order_index": "1", "is_active": "true"},
                {"lesson": "L1", "code": "3", "title": "gone", "order_index": "0", "is_active": "false"},
                {"lesson": "L0", "code": "1", "title": "of the gone", "order_index": "1", "is_active": "true"},
            ],
            topic_files=[
                {
                    "lesson": "L1",
                    "topic": "1",
                    "minio_object_name": key,
                    "file_type": kind,
                    "original_name": key,
                    "is_active": active,
                }
                for key, kind, active in (
                    ("a.pdf", "main_pdf", "true"),
                    ("b.mp4", "additional_video", "true"),
                    ("c.pdf", "main_pdf", "false"),
                )
            ],
            tests=[
                {"code": "T1", "lesson": "L1", "program": "", "title": "test", "is_active": "true"},
                {"code": "T2", "lesson": "L2", "program": "", "title": "gone", "is_active": "false"},
                {"code": "TF", "lesson": "", "program": "P1", "title": "final", "is_active": "true"},
            ],
        )
        tree = await container.catalog().program_tree(1)
        assert tree is not None
        assert tree.program.title == "first"
        assert [lesson.code for lesson in tree.lessons] == ["L1", "L2"]
        assert [topic.code for topic in tree.lessons[0].topics] == ["1", "2"]
        assert [file.minio_object_name for file in tree.lessons[0].topics[0].files] == ["a.pdf", "b.mp4"]
        assert [lesson.test.title if lesson.test else None for lesson in tree.lessons] == ["test", None]
        assert tree.final_test is not None
        assert tree.final_test.title == "final"
        counters = (tree.program.lessons_count, tree.program.topics_count, tree.program.tests_count)
        assert counters == (2, 2, 2)

    async def test_a_station_without_an_active_program_has_no_tree(self, container: Container) -> None:
        await arrange(
            container,
            stations=STATIONS,
            programs=[{"code": "P0", "station": "A", "title": "old", "is_active": "false"}],
        )
        assert await container.catalog().program_tree(1) is None
        assert await container.catalog().program_tree(2) is None

    async def test_what_has_the_same_order_comes_by_id(self, container: Container) -> None:
        await arrange(
            container,
            stations=STATIONS,
            programs=[{"code": code, "station": "A", "title": code} for code in ("Z", "A")],
            lessons=[{"code": code, "program": "Z", "title": code} for code in ("z", "a")],
            topics=[{"lesson": "z", "code": code, "title": code} for code in ("2", "1")],
            topic_files=[
                {
                    "lesson": "z",
                    "topic": "1",
                    "minio_object_name": key,
                    "file_type": "additional_video",
                    "original_name": key,
                }
                for key in ("z.mp4", "a.mp4")
            ],
        )
        tree = await container.catalog().program_tree(1)
        assert tree is not None
        assert tree.program.title == "Z"
        assert [lesson.code for lesson in tree.lessons] == ["z", "a"]
        assert [topic.code for topic in tree.lessons[0].topics] == ["2", "1"]
        assert [file.original_name for file in tree.lessons[0].topics[1].files] == ["z.mp4", "a.mp4"]
        assert (tree.final_test, tree.lessons[0].test) == (None, None)

    async def test_a_program_tells_its_texts_in_their_order(self, container: Container) -> None:
        texts = {"learning_outcomes": "b;a", "requirements": "c", "target_audience": ""}
        await arrange(
            container,
            stations=STATIONS,
            programs=[
                {"code": "P", "station": "A", "title": "P", **texts},
                {"code": "Q", "station": "A", "title": "Q", **dict.fromkeys(texts, "another's")},
            ],
        )
        tree = await container.catalog().program_tree(1)
        assert tree is not None
        assert (tree.learning_outcomes, tree.requirements, tree.target_audience) == (["b", "a"], ["c"], [])

    async def test_courses_come_newest_first_in_every_list(self, container: Container) -> None:
        for day, code in enumerate(("second", "third", "first")):
            await arrange(
                container,
                at=MONDAY + timedelta(days=day),
                stations=STATIONS,
                courses=[{"code": code, "station": "A", "title": code}],
            )
        await arrange(
            container,
            at=MONDAY + timedelta(days=9),
            courses=[
                {"code": "second", "station": "A", "title": "changed later, but not newer"},
                {"code": "wide", "station": "", "title": "for all"},
            ],
        )
        catalog = container.catalog()
        assert [course.code for course in await catalog.station_courses(1)] == ["first", "third", "second"]
        newest, total = await catalog.courses(CourseQuery(), limit=2, offset=0)
        rest, _ = await catalog.courses(CourseQuery(), limit=2, offset=2)
        assert total == 4
        assert [course.code for course in (*newest, *rest)] == ["wide", "first", "third", "second"]
        assert await catalog.station_courses(4711) == []

    async def test_words_are_looked_for_in_titles_and_descriptions_as_they_are(self, container: Container) -> None:
        await arrange(
            container,
            courses=[
                {"code": code, "title": title, "description": description}
                for code, title, description in (
                    ("slash", "and/or", ""),
                    ("backslash", "C:\\Pumps", ""),
                    ("described", "x", "All about PUMPS"),
                    ("star", "x*", "nothing"),
                )
            ],
        )

        async def codes(q: str) -> set[str | None]:
            courses, _ = await container.catalog().courses(CourseQuery(q=q), limit=10, offset=0)
            return {course.code for course in courses}

        assert await codes("/") == {"slash"}
        assert await codes("\\") == {"backslash"}
        assert await codes("pumps") == {"backslash", "described"}
        assert await codes("*") == {"star"}
        assert await codes("%") == await codes("x_") == set()
        assert await codes("'") == set()
        assert len(await codes("")) == 4

    async def test_courses_are_filtered_and_paged(self, container: Container) -> None:
        await arrange(
            container,
            stations=STATIONS,
            courses=[
                {
                    "code": f"C{n}",
                    "station": station,
                    "title": title,
                    "level": level,
                    "description": "",
                    "is_active": active,
                }
                for n, (station, title, level, active) in enumerate(
                    (
                        ("A", "Pumps 100%", "base", "true"),
                        ("A", "pumps 100x", "high", "true"),
                        ("B", "Fans_1", "base", "true"),
                        ("", "Fans-1", "base", "true"),
                        ("A", "Pumps, old", "base", "false"),
                    )
                )
            ],
        )

        async def titles(query: CourseQuery) -> set[str]:
            courses, total = await container.catalog().courses(query, limit=10, offset=0)
            assert total == len(courses)
            return {course.title for course in courses}

        assert await titles(CourseQuery(q="PUMPS")) == {"Pumps 100%", "pumps 100x"}
        assert await titles(CourseQuery(q="100%")) == {"Pumps 100%"}
        assert await titles(CourseQuery(q="s_1")) == {"Fans_1"}
        assert await titles(CourseQuery(station_id=2)) == {"Fans_1"}
        assert await titles(CourseQuery(level="base", q="fans")) == {"Fans_1", "Fans-1"}
        pages = [await container.catalog().courses(CourseQuery(), limit=3, offset=offset) for offset in (0, 3, 6)]
        assert [(len(courses), total) for courses, total in pages] == [(3, 4), (1, 4), (0, 4)]
        ids = [course.id for courses, _ in pages for course in courses]
        assert len(set(ids)) == 4
        assert {course.title for course in await container.catalog().station_courses(1)} == {"Pumps 100%", "pumps 100x"}

    async def test_a_course_knows_the_programs_of_its_station(self, container: Container) -> None:
        await arrange(
            container,
            stations=STATIONS,
            courses=[{"code": "C1", "station": "A", "title": "one"}, {"code": "C2", "station": "", "title": "for all"}],
            programs=[
                {"code": "P2", "station": "A", "title": "second", "order_index": "2"},
                {"code": "P1", "station": "A", "title": "first", "order_index": "1"},
                {"code": "P3", "station": "B", "title": "another's", "order_index": "1"},
            ],
        )
        courses, _ = await container.catalog().courses(CourseQuery(), limit=10, offset=0)
        programs = {course.code: (await container.catalog().course(course.id))[1] for course in courses}
        assert [program.title for program in programs["C1"]] == ["first", "second"]
        assert programs["C2"] == []
        with pytest.raises(CourseNotFound):
            await container.catalog().course(uuid4())
