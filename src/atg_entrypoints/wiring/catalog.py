"""The catalogue: stations, courses and what belongs to them."""

from collections.abc import Awaitable, Callable

from dependency_injector import providers

from atg_adapters.media.recognition import BYTES_TO_RECOGNISE, recognise
from atg_adapters.sql.catalog import SqlCatalog
from atg_adapters.sql.curriculum import SqlCurriculum
from atg_adapters.sql.database import Database
from atg_adapters.sql.stations import SqlStations
from atg_adapters.sql.topic_files import SqlTopicFiles
from atg_core.catalog.authoring import EditStations
from atg_core.catalog.curriculum import Curriculum, EditCurriculum
from atg_core.catalog.program_writing import WriteProgram
from atg_core.catalog.test_writing import EditTests
from atg_core.catalog.topic_files import EditTopicFiles
from atg_core.files.keys import checked_key
from atg_core.files.ports import ObjectStore
from atg_core.learning.model import Scope
from atg_core.learning.settling import Settle
from atg_entrypoints.wiring.files import Files
from atg_entrypoints.wiring.learning import Learning
from atg_entrypoints.wiring.shared import Shared


def _settling_station(settle: Settle) -> Callable[[int], Awaitable[None]]:
    return lambda station_id: settle(Scope(station_id=station_id))


def _recognising(store: ObjectStore) -> Callable[[str], Awaitable[str | None]]:
    async def recognise_object(key: str) -> str | None:
        stored = await store.find(checked_key(key, field="objectKey"))
        if stored is None or not stored.size:
            return None
        async with store.open(stored, 0, min(stored.size, BYTES_TO_RECOGNISE) - 1) as chunks:
            return recognise(b"".join([chunk async for chunk in chunks]))

    return recognise_object


class Catalog(Learning):
    catalog = providers.Singleton(SqlCatalog, Shared.database)
    open_stations = providers.Singleton(Database.opening, Shared.database, SqlStations)
    edit_stations = providers.Singleton(EditStations, open=open_stations, clock=Shared.clock)
    open_curriculum = providers.Singleton(Database.opening, Shared.database, SqlCurriculum)
    curriculum = providers.Singleton(
        Curriculum,
        together=Shared.database.provided.shared_transaction,
        open=open_curriculum,
        settle=providers.Singleton(_settling_station, Learning.settle),
    )
    edit_curriculum = providers.Singleton(
        EditCurriculum, curriculum=curriculum, clock=Shared.clock, new_id=Shared.new_id
    )
    edit_tests = providers.Singleton(EditTests, curriculum=curriculum, clock=Shared.clock)
    write_program = providers.Singleton(WriteProgram, curriculum=curriculum, catalog=catalog, clock=Shared.clock)
    open_topic_files = providers.Singleton(Database.opening, Shared.database, SqlTopicFiles)
    edit_topic_files = providers.Singleton(
        EditTopicFiles,
        open=open_topic_files,
        objects=Files.object_store,
        recognise=providers.Singleton(_recognising, Files.object_store),
        is_named=Files.file_records.provided.is_named,
        clock=Shared.clock,
    )
