"""Import of the catalog, and its counters, over every `ImportStore`."""

from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.importing.samples import COURSE, LESSON, PROGRAM, PROGRAM_OF_ONE, STATION, TOPIC, only_row, refused


class CatalogImportingContract:
    """The fixture `container` gives the adapter."""

    async def test_a_topic_has_one_main_pdf(self, container: Container) -> None:
        file = {"lesson": "L", "topic": "1", "file_type": "main_pdf", "original_name": "n"}
        old, new = file | {"minio_object_name": "a"}, file | {"minio_object_name": "b"}
        [error] = await refused(container, **PROGRAM_OF_ONE, topic_files=[old, new])
        assert error.startswith("topic-files.csv:3: topic: conflicts")
        videos = [file | {"minio_object_name": key, "file_type": "additional_video"} for key in ("v", "w")]
        await arrange(container, **PROGRAM_OF_ONE, topic_files=[old, *videos])
        [changed] = await refused(container, topic_files=[videos[0] | {"file_type": "main_pdf"}])
        assert changed.startswith("topic-files.csv:2: topic: conflicts")
        replaced = [new | {"is_active": "true"}, old | {"is_active": "false"}]
        assert (await arrange(container, topic_files=replaced))["topic-files.csv"] == Counts(created=1, updated=1)

    async def test_a_lesson_has_one_test(self, container: Container) -> None:
        tests = [{"code": code, "lesson": "L", "program": "", "title": "T"} for code in ("T", "U")]
        [error] = await refused(container, **PROGRAM_OF_ONE, tests=tests)
        assert error.startswith("tests.csv:3: lesson: conflicts")

    async def test_a_program_belongs_to_a_station_or_to_a_course(self, container: Container) -> None:
        course = {"code": "C", "title": "Для всех"}
        own = {"code": "P", "course": "C", "title": "Программа"}
        await arrange(container, stations=[STATION], courses=[course], programs=[own], lessons=[LESSON], topics=[TOPIC])
        program, stored = await only_row(container, "course_programs"), await only_row(container, "courses")
        assert (program["station_id"], program["course_id"], program["topics_count"]) == (None, stored["id"], 1)
        for bad in ({"station": "S", "course": "C"}, {"station": "", "course": ""}):
            [error] = await refused(container, programs=[own | bad])
            assert error == "programs.csv:2: needs exactly one of station, course"
        [unknown] = await refused(container, programs=[own | {"course": "X"}])
        assert unknown == "programs.csv:2: course: names nothing that is there: X"
        assert (await arrange(container, programs=[own]))["programs.csv"] == Counts(unchanged=1)
        await arrange(container, programs=[PROGRAM])
        moved = await only_row(container, "course_programs")
        assert (moved["station_id"], moved["course_id"]) == ((await only_row(container, "stations"))["id"], None)

    async def test_counters_count_what_is_active(self, container: Container) -> None:
        base = {"stations": [STATION], "programs": [PROGRAM], "lessons": [LESSON, LESSON | {"code": "M"}]}
        course = {"code": "C", "station": "S", "title": "Курс", "is_active": "true"}
        await arrange(container, **base, topics=[TOPIC, TOPIC | {"lesson": "M"}], courses=[course])

        async def counted() -> tuple[object, ...]:
            program, station = await only_row(container, "course_programs"), await only_row(container, "stations")
            return program["lessons_count"], program["topics_count"], station["courses_count"]

        assert await counted() == (2, 2, 1)
        await arrange(
            container, lessons=[LESSON | {"code": "M", "is_active": "false"}], courses=[course | {"is_active": "false"}]
        )
        assert await counted() == (1, 1, 0)

    async def test_tests_count_while_they_and_their_lessons_are_active(self, container: Container) -> None:
        lesson_test = {"code": "T", "lesson": "L", "program": "", "title": "T", "is_active": "true"}
        final_test = {"code": "F", "lesson": "", "program": "P", "title": "F", "is_active": "true"}

        async def counted(**kinds: list[dict[str, str]]) -> object:
            await arrange(container, **kinds)
            return (await only_row(container, "course_programs"))["tests_count"]

        assert await counted(**PROGRAM_OF_ONE, tests=[lesson_test, final_test]) == 2
        assert await counted(lessons=[LESSON | {"is_active": "false"}]) == 1
        assert await counted(tests=[final_test | {"is_active": "false"}]) == 0
        assert await counted(lessons=[LESSON | {"is_active": "true"}]) == 1
        assert await counted(tests=[lesson_test | {"is_active": "false"}]) == 0

    async def test_a_course_counts_at_the_station_where_it_is_now(self, container: Container) -> None:
        stations = [STATION, {"short_name": "T", "name": "Другая"}]

        async def counted(course: dict[str, str]) -> dict[object, object]:
            await arrange(container, stations=stations, courses=[course])
            return {row["short_name"]: row["courses_count"] for row in await rows_of(container, "stations")}

        assert await counted(COURSE) == {"S": 1, "T": 0}
        assert await counted(COURSE | {"station": "T"}) == {"S": 0, "T": 1}
        assert await counted(COURSE | {"station": ""}) == {"S": 0, "T": 0}
        assert (await only_row(container, "courses"))["station_id"] is None
