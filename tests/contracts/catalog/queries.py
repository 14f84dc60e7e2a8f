"""What every `CatalogQueries` promises about stations and courses."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from atg_core.catalog.model import CourseQuery
from atg_core.catalog.ports import CourseNotFound, StationNotFound
from atg_entrypoints.container import Container
from tests.arranging import arrange, insert

STATIONS = [{"short_name": "A", "name": "Первая"}, {"short_name": "B", "name": "Вторая"}]
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


class CatalogQueriesContract:
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
        catalog = container.catalog_queries()
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
        assert [(row.id, row.name) for row in await container.catalog_queries().stations()] == [
            (1, "changed"),
            (2, "A"),
        ]

    async def test_each_part_of_an_unknown_station_is_not_found(self, container: Container) -> None:
        catalog = container.catalog_queries()
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
        catalog = container.catalog_queries()
        found = {system.name: system.feature_names for system in await catalog.safety_systems(1)}
        assert found == {"gas": ["sensors"], "fire": ["foam", "gas"]}
        assert list(found) == ["gas", "fire"]
        assert [system.feature_names for system in await catalog.safety_systems(2)] == [[]]
        assert (await catalog.station(1)).safety_systems == await catalog.safety_systems(1)

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
        catalog = container.catalog_queries()
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
            courses, _ = await container.catalog_queries().courses(CourseQuery(q=q), limit=10, offset=0)
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
            courses, total = await container.catalog_queries().courses(query, limit=10, offset=0)
            assert total == len(courses)
            return {course.title for course in courses}

        assert await titles(CourseQuery(q="PUMPS")) == {"Pumps 100%", "pumps 100x"}
        assert await titles(CourseQuery(q="100%")) == {"Pumps 100%"}
        assert await titles(CourseQuery(q="s_1")) == {"Fans_1"}
        assert await titles(CourseQuery(station_id=2)) == {"Fans_1"}
        assert await titles(CourseQuery(level="base", q="fans")) == {"Fans_1", "Fans-1"}
        pages = [
            await container.catalog_queries().courses(CourseQuery(), limit=3, offset=offset) for offset in (0, 3, 6)
        ]
        assert [(len(courses), total) for courses, total in pages] == [(3, 4), (1, 4), (0, 4)]
        ids = [course.id for courses, _ in pages for course in courses]
        assert len(set(ids)) == 4
        assert {course.title for course in await container.catalog_queries().station_courses(1)} == {
            "Pumps 100%",
            "pumps 100x",
        }

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
        courses, _ = await container.catalog_queries().courses(CourseQuery(), limit=10, offset=0)
        programs = {course.code: (await container.catalog_queries().course(course.id))[1] for course in courses}
        assert [program.title for program in programs["C1"]] == ["first", "second"]
        assert programs["C2"] == []
        with pytest.raises(CourseNotFound):
            await container.catalog_queries().course(uuid4())
