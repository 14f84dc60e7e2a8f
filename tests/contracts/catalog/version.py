"""What every `CatalogVersion` promises."""

from uuid import UUID

import pytest

from atg_core.catalog.curriculum_ports import OptionInput, QuestionInput
from atg_core.catalog.curriculum_records import COURSES, LESSONS, PROGRAMS, TOPICS
from atg_core.catalog.stations import DOCUMENTS, EQUIPMENT, FEATURES, SAFETY_SYSTEMS
from atg_core.catalog.test_authoring import LESSON_TESTS
from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.people import add_person

STATION = {"short_name": "A", "name": "Первая"}


class CatalogVersionContract:
    """Run by every adapter: the fixture `container` says which."""

    @pytest.fixture
    async def written(self, container: Container):
        """Says whether the version has changed since this was asked last."""
        await arrange(container, stations=[STATION])
        version = container.catalog_version()
        last = await version.current()

        async def has_changed() -> bool:
            nonlocal last
            before, last = last, await version.current()
            assert last
            return before != last

        return has_changed

    async def test_each_write_of_an_author_changes_it(self, container: Container, written) -> None:
        stations, curriculum = container.edit_stations(), container.edit_curriculum()
        await stations.change(1, {"name": "Другая"})
        assert await written()
        for kind, values in ((EQUIPMENT, {"name": "ГПА-16"}), (DOCUMENTS, {"title": "t", "file_url": "f"})):
            child = await stations.add_child(kind, (1,), values)
            assert await written()
            await stations.delete_child(kind, (1,), child.id)
            assert await written()
        system = await stations.add_child(SAFETY_SYSTEMS, (1,), {"name": "fire"})
        assert await written()
        await stations.add_child(FEATURES, (1, system.id), {"feature_name": "foam"})
        assert await written()
        course = await curriculum.add(COURSES, {"title": "Курс", "station_id": 1})
        assert await written()
        program = await curriculum.add(PROGRAMS, {"title": "Программа", "station_id": 1})
        assert await written()
        lesson = await curriculum.add(LESSONS, {"title": "Урок", "course_program_id": program["id"]})
        assert await written()
        topic = await curriculum.add(TOPICS, {"title": "Тема", "lesson_id": lesson["id"]})
        assert await written()
        question = QuestionInput(text="?", options=[OptionInput(text="!", is_correct=True)])
        await container.edit_tests().add(LESSON_TESTS, lesson["id"], {"title": "Тест"}, [question])
        assert await written()
        await curriculum.order(TOPICS, [topic["id"]])
        assert not await written()  # it is in this order already
        await curriculum.remove(COURSES, course["id"])
        assert await written()
        await stations.delete(1)
        assert await written()

    async def test_an_import_changes_it(self, container: Container, written) -> None:
        await arrange(container, stations=[STATION | {"name": "Вторая"}])
        assert await written()
        await arrange(container, courses=[{"code": "c", "station": "A", "title": "Курс"}])
        assert await written()

    async def test_reading_and_learning_leave_it(self, container: Container, written) -> None:
        course = UUID(str((await container.edit_curriculum().add(COURSES, {"title": "Курс"}))["id"]))
        assert await written()
        await container.catalog_queries().station(1)
        await container.enroll()(await add_person(container), course)
        assert not await written()

    async def test_it_does_not_come_back(self, container: Container) -> None:
        await arrange(container, stations=[STATION])
        version, seen = container.catalog_version(), []
        for number in range(20):
            await container.edit_stations().change(1, {"name": f"{number % 2}"})
            seen.append(await version.current())
        assert len(set(seen)) == 20
