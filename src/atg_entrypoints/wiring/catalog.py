"""The catalogue: stations, courses and what belongs to them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from dependency_injector import providers

from atg_adapters.media.detection import DETECTION_BYTES, detect_media_type
from atg_adapters.sql.catalog.authoring import SqlAuthoringQueries
from atg_adapters.sql.catalog.curriculum import SqlCurriculum
from atg_adapters.sql.catalog.prerequisites import SqlPrerequisites
from atg_adapters.sql.catalog.queries import SqlCatalogQueries
from atg_adapters.sql.catalog.question_banks import SqlQuestionBankQueries, SqlQuestionBanks
from atg_adapters.sql.catalog.stations import SqlStations
from atg_adapters.sql.catalog.topic_files import SqlTopicFiles
from atg_adapters.sql.catalog.version import SqlCatalogVersion
from atg_adapters.tabular.question_texts import TabularQuestionTexts
from atg_core.catalog.cache import CatalogCache
from atg_core.catalog.course_program import SaveCourseProgram
from atg_core.catalog.curriculum import Curriculum, EditCurriculum
from atg_core.catalog.curriculum_records import Place
from atg_core.catalog.prerequisites import EditPrerequisites
from atg_core.catalog.program_courses import FindCourseOfProgram
from atg_core.catalog.question_banks import EditQuestionBanks
from atg_core.catalog.question_texts import ExchangeQuestions
from atg_core.catalog.station_files import DeleteStationFiles
from atg_core.catalog.stations import EditStations
from atg_core.catalog.test_authoring import EditTests
from atg_core.catalog.topic_files import EditTopicFiles
from atg_core.files.keys import InvalidKey, checked_key
from atg_core.files.ports import ObjectStore
from atg_core.learning.completion import UpdateCompletion
from atg_core.learning.model import Scope
from atg_core.learning.programs import EnrollInProgram
from atg_entrypoints.wiring.files import Files
from atg_entrypoints.wiring.learning import Learning
from atg_entrypoints.wiring.shared import reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case

_PAGE = 500


def _updating_place(update_completion: UpdateCompletion) -> Callable[[Place], Awaitable[None]]:
    return lambda place: update_completion(Scope(station_id=place.station_id, course_id=place.course_id))


def _detecting_media_types(store: ObjectStore) -> Callable[[str], Awaitable[str | None]]:
    async def detect_object(key: str) -> str | None:
        stored = await store.find(checked_key(key, field="objectKey"))
        if stored is None or not stored.size:
            return None
        async with store.open(stored, 0, min(stored.size, DETECTION_BYTES) - 1) as chunks:
            return detect_media_type(b"".join([chunk async for chunk in chunks]))

    return detect_object


class _StationObjects:
    """`StationObjects`."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def below(self, prefix: str) -> AsyncIterator[list[str]]:
        cursor, is_first = None, True
        while is_first or cursor:
            page = await self._store.listing(prefix, nested=True, limit=_PAGE, cursor=cursor)
            yield [stored.key for stored in page.objects]
            cursor, is_first = page.next_cursor, False

    async def delete(self, key: str) -> None:
        with suppress(InvalidKey):
            await self._store.delete(checked_key(key))


class Catalog(Learning):
    catalog_queries = reading(SqlCatalogQueries)
    authoring_queries = reading(SqlAuthoringQueries)
    catalog_version = reading(SqlCatalogVersion)
    catalog_cache: providers.Singleton[CatalogCache[Any]] = providers.Singleton(CatalogCache, catalog_version)
    open_stations = unit_of_work(SqlStations, shared=True)
    station_objects = providers.Singleton(_StationObjects, Files.object_store)
    delete_station_files = use_case(
        DeleteStationFiles,
        named_keys=Files.file_records.provided.named_keys,
        public_prefixes=Files.read_permissions.provided.public_prefixes,
    )
    edit_stations = use_case(EditStations, open=open_stations)
    open_curriculum = unit_of_work(SqlCurriculum)
    curriculum = use_case(
        Curriculum,
        open=open_curriculum,
        update_completion=providers.Singleton(_updating_place, Learning.update_completion),
    )
    edit_curriculum = use_case(EditCurriculum)
    course_of_program = use_case(FindCourseOfProgram)
    enroll_in_program = use_case(EnrollInProgram)
    open_prerequisites = unit_of_work(SqlPrerequisites)
    edit_prerequisites = use_case(EditPrerequisites, open=open_prerequisites)
    edit_tests = use_case(EditTests)
    question_bank_queries = reading(SqlQuestionBankQueries)
    open_question_banks = unit_of_work(SqlQuestionBanks)
    edit_question_banks = use_case(EditQuestionBanks, open=open_question_banks)
    question_texts = providers.Singleton(TabularQuestionTexts)
    exchange_questions = use_case(ExchangeQuestions)
    save_course_program = use_case(SaveCourseProgram)
    open_topic_files = unit_of_work(SqlTopicFiles)
    edit_topic_files = use_case(
        EditTopicFiles,
        open=open_topic_files,
        object_store=Files.object_store,
        detect_media_type=providers.Singleton(_detecting_media_types, Files.object_store),
        is_referenced=Files.file_records.provided.is_referenced,
    )
