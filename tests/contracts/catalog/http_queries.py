"""Queries of the catalog over HTTP, as the existing frontend reads them, over every database alike."""

from typing import Any

import httpx
import pytest

PARTS_OF_STATION = ("", "/equipment", "/specs", "/safety", "/gas-sources", "/course-program")
STATION = {
    "id",
    "name",
    "short_name",
    "description",
    "image",
    "tech_map_image",
    "power",
    "commission_date",
    "courses_count",
    "status",
    "location",
    "type",
    "design_capacity",
    "gas_pressure",
    "distance_from_border",
    "pipeline_diameter",
    "input_pressure",
    "output_pressure",
    "parallel_lines",
}
COURSE = {"id", "title", "description", "station_id", "duration_hours", "level", "is_active", "icon"}
PROGRAM = {
    "id",
    "station_id",
    "course_id",
    "title",
    "description",
    "duration",
    "topics_count",
    "lessons_count",
    "tests_count",
    "format",
    "is_active",
    "order_index",
    "created_at",
    "updated_at",
}
EQUIPMENT = {
    "id",
    "station_id",
    "name",
    "model",
    "manufacturer",
    "quantity",
    "power",
    "description",
    "order_index",
}
SPECIFICATION = {"id", "station_id", "category", "value", "unit", "description", "order_index"}
SAFETY = {
    "id",
    "station_id",
    "name",
    "description",
    "manufacturer",
    "order_index",
    "features",
    "feature_names",
}
PROGRAM_TREE = {
    "id",
    "stationId",
    "courseId",
    "title",
    "description",
    "duration",
    "format",
    "isActive",
    "orderIndex",
    "topicsCount",
    "lessonsCount",
    "testsCount",
    "learningOutcomes",
    "requirements",
    "targetAudience",
    "finalTest",
    "lessons",
}
FILE = {
    "id",
    "title",
    "originalName",
    "objectKey",
    "fileType",
    "isMain",
    "orderIndex",
    "fileSize",
    "mimeType",
}


async def body(client: httpx.AsyncClient, path: str) -> Any:
    reply = await client.get(path)
    assert reply.status_code == 200, reply.text
    return reply.json()


class HttpCatalogQueriesContract:
    """The fixture `client` says over which database."""

    async def test_stations_are_listed_by_id_with_the_columns_of_the_frontend(self, client: httpx.AsyncClient) -> None:
        reply = await body(client, "/stations")
        assert set(reply) == {"data"}
        stations = reply["data"]
        assert len(stations) == 7
        assert [station["id"] for station in stations] == sorted(station["id"] for station in stations)
        assert all(set(station) == STATION for station in stations)
        assert {station["status"] for station in stations} == {"active", "maintenance"}
        assert stations[0]["short_name"] == "КС-01"

    async def test_a_station_comes_with_all_its_parts(self, client: httpx.AsyncClient) -> None:
        card = await body(client, "/stations/1")
        assert set(card) == {"station", "equipment", "specs", "safety", "gas_sources", "photos", "normativeDocs"}
        assert set(card["station"]) == STATION | {"created_at", "updated_at"}
        assert card["station"]["created_at"].endswith("Z")
        assert len(card["station"]["created_at"]) == len("2026-03-02T08:00:00.000Z")
        assert all(set(row) == EQUIPMENT for row in card["equipment"])
        assert all(set(row) == SPECIFICATION for row in card["specs"])
        assert all(set(row) == SAFETY for row in card["safety"])
        assert [row["order_index"] for row in card["equipment"]] == list(range(1, len(card["equipment"]) + 1))
        for path, part in (("equipment", "equipment"), ("specs", "specs"), ("safety", "safety")):
            assert (await body(client, f"/stations/1/{path}")) == {"data": card[part]}
        assert (await body(client, "/stations/1/gas-sources")) == {"data": card["gas_sources"]}

    async def test_a_safety_system_names_its_features_in_order(self, client: httpx.AsyncClient) -> None:
        for system in (await body(client, "/stations/2/safety"))["data"]:
            assert all(set(feature) == {"id", "feature_name", "order_index"} for feature in system["features"])
            assert system["feature_names"] == [feature["feature_name"] for feature in system["features"]]
            assert len(system["features"]) >= 2

    async def test_children_belong_to_the_station_that_is_asked_for(self, client: httpx.AsyncClient) -> None:
        """Z4: a child is shown under its own parent alone."""
        for path in ("equipment", "specs", "safety", "gas-sources"):
            seen: set[int] = set()
            for station in range(1, 8):
                rows = (await body(client, f"/stations/{station}/{path}"))["data"]
                assert rows
                assert {row["station_id"] for row in rows} == {station}
                assert seen.isdisjoint(row["id"] for row in rows)
                seen |= {row["id"] for row in rows}

    async def test_an_unknown_station_is_not_found(self, client: httpx.AsyncClient) -> None:
        for path in PARTS_OF_STATION:
            reply = await client.get(f"/stations/4711{path}")
            assert (reply.status_code, reply.json()["error"]) == (404, "Station not found"), path

    @pytest.mark.refuses
    async def test_a_station_of_a_malformed_id_is_not_found(self, client: httpx.AsyncClient) -> None:
        for station in ("0", "-1", "abc", "1.5", "9" * 30, "%00", "1%27--", "٣"):
            for path in PARTS_OF_STATION:
                reply = await client.get(f"/stations/{station}{path}")
                assert (reply.status_code, reply.json()["error"]) == (404, "Station not found"), (station, path)

    async def test_a_course_program_is_one_tree(self, client: httpx.AsyncClient) -> None:
        program = (await body(client, "/stations/1/course-program"))["courseProgram"]
        assert set(program) == PROGRAM_TREE
        assert program["stationId"] == 1
        assert program["isActive"] is True
        assert len(program["learningOutcomes"]) >= 2
        assert set(program["finalTest"]) == {"id", "title", "questionsCount"}
        assert program["finalTest"]["questionsCount"] >= 6
        assert program["lessonsCount"] == len(program["lessons"])
        assert program["topicsCount"] == sum(len(lesson["topics"]) for lesson in program["lessons"])
        assert program["testsCount"] == 1 + sum(lesson["test"] is not None for lesson in program["lessons"])
        lesson = next(lesson for lesson in program["lessons"] if lesson["test"])
        assert set(lesson) == {"id", "lessonKey", "title", "duration", "orderIndex", "test", "topics"}
        assert set(lesson["test"]) == {"id", "title", "questionsCount", "passingScore", "timeLimit", "attempts"}
        topics = [topic for lesson in program["lessons"] for topic in lesson["topics"]]
        assert all(
            set(topic) == {"id", "topicKey", "code", "title", "duration", "orderIndex", "files"} for topic in topics
        )
        files = [file for topic in topics for file in topic["files"]]
        assert all(set(file) == FILE for file in files)
        assert {file["fileType"] for file in files} == {"pdf", "video", "document"}
        assert all(file["isMain"] == (file["fileType"] == "pdf") for file in files)

    async def test_what_is_inactive_is_not_in_the_tree(self, client: httpx.AsyncClient) -> None:
        programs = [(await body(client, f"/stations/{n}/course-program"))["courseProgram"] for n in range(1, 8)]
        lessons = {lesson["lessonKey"] for program in programs if program for lesson in program["lessons"]}
        assert "KS05-PREP-L5" not in lessons
        assert "KS05-PREP-L4" in lessons

    async def test_courses_are_paged(self, client: httpx.AsyncClient) -> None:
        first = await body(client, "/courses?size=5")
        assert {key: first[key] for key in ("total", "page", "size", "pages")} == {
            "total": 18,
            "page": 1,
            "size": 5,
            "pages": 4,
        }
        ids = [
            course["id"]
            for page in range(1, 6)
            for course in (await body(client, f"/courses?size=5&page={page}"))["items"]
        ]
        assert len(ids) == len(set(ids)) == 18
        assert all(set(course) == COURSE for course in first["items"])

    async def test_a_page_is_never_larger_than_a_hundred(self, client: httpx.AsyncClient) -> None:
        """Z5: a size beyond the limit is clamped."""
        assert (await body(client, f"/courses?size={10**9}"))["size"] == 100

    @pytest.mark.refuses
    async def test_a_malformed_query_is_refused(self, client: httpx.AsyncClient) -> None:
        """Z5."""
        for query in ("size=0", "page=0", "page=-1", "size=abc", f"page={10**9}", "station_id=0", "q=%00"):
            assert (await client.get(f"/courses?{query}")).status_code == 400, query

    async def test_courses_are_found_by_word_station_and_level(self, client: httpx.AsyncClient) -> None:
        courses = (await body(client, "/courses?size=100"))["items"]
        of_station = (await body(client, "/courses?station_id=1"))["items"]
        assert {course["id"] for course in of_station} == {c["id"] for c in courses if c["station_id"] == 1}
        basic = (await body(client, "/courses?level=базовый"))["items"]
        assert {course["level"] for course in basic} == {"базовый"}
        found = (await body(client, "/courses?q=ГПА-16"))["items"]
        assert found
        assert all("ГПА-16" in course["title"] + (course["description"] or "") for course in found)
        assert (await body(client, "/courses?q=%25"))["total"] < 17

    async def test_a_stations_courses_are_the_active_ones(self, client: httpx.AsyncClient) -> None:
        shown = (await body(client, "/courses/stations/1"))["data"]
        assert shown
        assert all(set(course) == COURSE and course["is_active"] and course["station_id"] == 1 for course in shown)
        station = (await body(client, "/stations/1"))["station"]
        assert station["courses_count"] == len(shown)

    async def test_an_unknown_station_has_no_courses(self, client: httpx.AsyncClient) -> None:
        for station in ("4711", "abc", "9" * 30):
            assert await body(client, f"/courses/stations/{station}") == {"data": []}

    async def test_a_course_comes_with_the_programs_of_its_station(self, client: httpx.AsyncClient) -> None:
        course = (await body(client, "/courses/stations/1"))["data"][0]
        reply = await body(client, f"/courses/{course['id']}")
        assert set(reply) == {"course", "programs", "prerequisites"}
        assert set(reply["course"]) == COURSE | {
            *("created_at", "updated_at", "valid_months", "renew_days", "renew_topics")
        }
        assert len(reply["programs"]) == 2
        assert all(set(program) == PROGRAM and program["station_id"] == 1 for program in reply["programs"])
        assert await body(client, f"/courses/{course['id']}/programs") == {"data": reply["programs"]}

    async def test_a_company_wide_course_has_programs_of_its_own_alone(self, client: httpx.AsyncClient) -> None:
        courses = (await body(client, "/courses?size=100"))["items"]
        company_wide = [course["id"] for course in courses if course["station_id"] is None]
        programs = [(await body(client, f"/courses/{each}"))["programs"] for each in company_wide]
        assert sorted(map(len, programs)) == [0, 0, 1]
        assert [program["course_id"] for [program] in filter(None, programs)] == [
            each for each, found in zip(company_wide, programs, strict=True) if found
        ]

    async def test_an_unknown_course_is_not_found(self, client: httpx.AsyncClient) -> None:
        for path in ("", "/programs"):
            reply = await client.get(f"/courses/00000000-0000-0000-0000-000000000000{path}")
            assert (reply.status_code, reply.json()["error"]) == (404, "Course not found"), path

    @pytest.mark.refuses
    async def test_a_course_of_a_malformed_id_is_not_found(self, client: httpx.AsyncClient) -> None:
        for path in ("abc", "1", "me", "%00", "abc/programs", "1/programs", "%00/programs"):
            reply = await client.get(f"/courses/{path}")
            assert (reply.status_code, reply.json()["error"]) == (404, "Course not found"), path
