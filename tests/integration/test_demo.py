"""The demo has every file that it names, where the frontend keeps its own uploads."""

import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers
from pypdf import PdfReader

from atg_adapters.memory.files.object_store import MemoryObjectStore
from atg_core.files.model import StoredObject
from atg_core.files.signed_urls import UrlSigner
from atg_core.gradebook.model import Viewer
from atg_entrypoints.cli.demo import import_examples
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import rows_of
from tests.conftest import SECRET
from tests.contracts.files.object_store import read


class FullStore(MemoryObjectStore):
    """Keeps no more than some objects until it gets `room`."""

    room = 5

    async def put(self, key: str, chunks: AsyncIterator[bytes], **more: Any) -> StoredObject:
        if len(self._objects) >= self.room:
            raise OSError("No space left on device")
        return await super().put(key, chunks, **more)


@pytest.fixture
def store() -> FullStore:
    return FullStore(UrlSigner(b"a key for tests alone"), "http://atg.test")


@pytest.fixture
async def demo(tmp_path: Path, store: FullStore) -> AsyncIterator[Container]:
    container = create_container(Settings(database_url="memory://", home=str(tmp_path), secret_key=SECRET))
    container.object_store.override(providers.Object(store))
    yield container
    await close(container)


async def test_a_demo_that_broke_off_is_made_whole_by_the_next_start(
    demo: Container, store: FullStore, tmp_path: Path
) -> None:
    former = await demo.edit_stations().add({"name": "Former", "short_name": "F"})
    await demo.edit_stations().delete(former.id)
    with pytest.raises(OSError, match="No space"):
        await import_examples(demo, tmp_path)
    assert await demo.catalog_queries().stations() != []
    store.room = 10_000
    await import_examples(demo, tmp_path)

    ids = {row["short_name"]: row["id"] for row in await rows_of(demo, "stations")}
    assert (len(ids), former.id in ids.values()) == (7, False)
    named: dict[str, int] = {}
    for station in await rows_of(demo, "stations"):
        named |= {station[column]: station["id"] for column in ("image", "tech_map_image") if station[column]}
    for table, column in (
        ("station_photos", "image_url"),
        ("station_documents", "file_url"),
        ("station_promo_videos", "object_key"),
    ):
        rows = await rows_of(demo, table)
        assert {row["station_id"] for row in rows} == set(ids.values()), table
        named |= {row[column]: row["station_id"] for row in rows}
    for key, station_id in named.items():
        assert key.startswith(f"stations/{station_id}/")
        assert await store.find(key) is not None, key

    files = await rows_of(demo, "topic_files")
    assert {row["file_type"] for row in files} == {"main_pdf", "additional_video", "additional_document"}
    for row in files:
        found = await store.find(row["minio_object_name"])
        assert found is not None, row["minio_object_name"]
        assert row["minio_object_name"].split("/")[0] == "stations"
        assert (found.size, found.content_type) == (row["file_size"], row["mime_type"])
    for asset in await rows_of(demo, "campaign_assets"):
        meta = asset["meta"] if isinstance(asset["meta"], dict) else json.loads(asset["meta"])
        model = await store.find(meta["file"])
        assert model is not None
        assert (model.key.split("/")[0], model.content_type) == ("models", "model/gltf-binary")

    first = next(row for row in files if row["file_type"] == "main_pdf")
    [topic] = [row for row in await rows_of(demo, "topics") if row["id"] == first["topic_id"]]
    stored = await store.find(first["minio_object_name"])
    assert stored is not None
    text = PdfReader(io.BytesIO(await read(store, stored, 0, stored.size - 1))).pages[0].extract_text()
    assert topic["title"] in text


async def test_a_learner_of_the_demo_has_a_certificate_and_a_course_to_go_on_with(
    demo: Container, store: FullStore, tmp_path: Path
) -> None:
    store.room = 10_000
    await import_examples(demo, tmp_path)
    [account] = [row for row in await rows_of(demo, "users") if row["username"] == "employee"]
    totals, _, [certificate] = await demo.show_stats()(account["id"])
    assert (totals.completed_courses, certificate.title) == (1, "Компрессорный цех и осушка газа ПХГ")
    assert certificate.issued_at < demo.clock()() - timedelta(days=7)
    shares = [each.progress_percent for each in await demo.learner_queries().enrolled_courses(account["id"])]
    assert any(0 < share < 100 for share in shares)
    results, _ = await demo.test_results().of_user(account["id"], limit=100, offset=0)
    assert {result.passed for result in results} == {True, False}
    assert {result.time_spent for result in results} == {12 * 60}


async def test_a_teacher_of_the_demo_sees_lessons_and_who_needs_help(
    demo: Container, store: FullStore, tmp_path: Path
) -> None:
    store.room = 10_000
    monday = datetime(2026, 11, 30, 6, tzinfo=UTC)
    demo.clock.override(providers.Object(lambda: monday))
    await import_examples(demo, tmp_path)
    [teacher] = [row["id"] for row in await rows_of(demo, "users") if row["username"] == "teacher"]
    assert any(lesson.can_start for lesson in await demo.show_today()(teacher, UTC))
    dashboard = await demo.show_dashboard()(Viewer(id=teacher), 1)
    assert [each.student.username for each in dashboard.at_risk] == ["s.gordeev"]


async def test_a_demo_that_is_there_is_left_as_it_is(demo: Container, store: FullStore, tmp_path: Path) -> None:
    store.room = 10_000
    passwords = await import_examples(demo, tmp_path)
    [station, *_] = await rows_of(demo, "stations")
    await store.delete(station["image"])
    visits = len(await rows_of(demo, "campaign_progress"))
    assert await import_examples(demo, tmp_path) == passwords
    assert await store.find(station["image"]) is None
    assert len(await rows_of(demo, "campaign_progress")) == visits
