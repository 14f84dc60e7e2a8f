"""Import of what courses require, and of departments by their names, over every `ImportStore`."""

import pytest

from atg_core.importing.import_files import BadRows, ImportOptions
from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of, source
from tests.contracts.importing.samples import COURSE, PROGRAM, STATION, exported_rows, refused


class PrerequisiteImportingContract:
    """Which courses have to be passed before which; the fixture `container` gives the adapter."""

    @pytest.fixture(autouse=True)
    async def courses(self, container: Container) -> None:
        await arrange(container, stations=[STATION], programs=[PROGRAM])
        await arrange(container, courses=[{**COURSE, "code": code, "title": code} for code in "ABC"])
        await arrange(container, tests=[{"code": "T", "program": "P", "title": "T"}])

    async def test_courses_and_final_tests_are_required(self, container: Container) -> None:
        rows = [{"course": "B", "required_course": "A"}, {"course": "C", "required_final_test": "T"}]
        assert (await arrange(container, course_prerequisites=rows))["course-prerequisites.csv"] == Counts(created=2)
        assert (await arrange(container, course_prerequisites=rows))["course-prerequisites.csv"] == Counts(unchanged=2)
        exported = await exported_rows(container, "course-prerequisites")
        assert [{name: cell for name, cell in row.items() if cell} for row in exported] == rows

    async def test_a_chain_that_leads_back_is_refused(self, container: Container) -> None:
        await arrange(container, course_prerequisites=[{"course": "B", "required_course": "A"}])
        rows = [{"course": "C", "required_course": "B"}, {"course": "A", "required_course": "C"}]
        [error] = await refused(container, course_prerequisites=rows)
        assert "leads back to the course: " in error
        assert len(await rows_of(container, "course_prerequisites")) == 1
        with pytest.raises(BadRows):
            await container.import_files()([source("course-prerequisites", *rows)], ImportOptions(skip=True))
        assert len(await rows_of(container, "course_prerequisites")) == 1

    async def test_exactly_one_is_required_by_a_row(self, container: Container) -> None:
        both = {"course": "B", "required_course": "A", "required_final_test": "T"}
        for row in ({"course": "B", "required_course": ""}, both):
            [error] = await refused(container, course_prerequisites=[row])
            assert "needs exactly one of required_course, required_final_test" in error

    async def test_a_mistyped_department_is_told_with_the_nearest(self, container: Container) -> None:
        await arrange(container, users=[{"username": "a", "department": "Служба КИПиА"}])
        row = {"code": "X", "course": "A", "audience": "group", "department": "Служба КИПа", "due_days": "10"}
        [error] = await refused(container, assignments=[row])
        assert error.endswith("department: names nothing that is there: Служба КИПа; did you mean Служба КИПиА?")
        await arrange(container, assignments=[{**row, "department": "служба  кипиа"}])
        assert (await rows_of(container, "standing_assignments"))[0]["department"] == "Служба КИПиА"
        await arrange(container, users=[{"username": "a", "department": "Другая"}])
        again = [{**row, "department": "Служба КИПиА"}]
        assert (await arrange(container, assignments=again))["assignments.csv"] == Counts(unchanged=1)
