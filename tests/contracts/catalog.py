"""What every `Catalog` promises."""

from uuid import uuid4

import pytest

from atg_core.catalog.model import CourseQuery
from atg_core.catalog.ports import CourseNotFound, StationNotFound
from atg_entrypoints.container import Container
from tests.arranging import arrange

STATIONS = [{"short_name": "A", "name": "Первая"}, {"short_name": "B", "name": "Вторая"}]


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
        )
        catalog = container.catalog()
        card = await catalog.station(1)
        assert [row.name for row in card.equipment] == ["zeroth", "first", "third", "also third"]
        assert [row.source_name for row in card.gas_sources] == ["x", "y"]
        assert await catalog.equipment(1) == card.equipment
        assert await catalog.equipment(2) == []

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
