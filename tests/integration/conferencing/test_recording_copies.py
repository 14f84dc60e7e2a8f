"""Copies of recordings from Zoom into each object store, with each database."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from atg_core.conferencing.model import Account, ProviderName
from atg_core.conferencing.ports import ConferenceProviderFailed
from atg_core.conferencing.recording_copies import COPY_RECORDINGS, RecordingsNotCopied
from atg_core.files.keys import checked_key
from atg_entrypoints.container import Container
from atg_entrypoints.settings import Settings
from tests.arranging import insert, rows_of
from tests.conftest import SECRET
from tests.contracts.files.object_store import put, read
from tests.job_queues import jobs_over, until, work, working
from tests.people import add_person
from tests.zoom_api import ZoomApi
from tests.zoom_http import INTERNAL, NO_SCOPE, Fault
from tests.zoom_replies import CREDENTIALS

UUID_OF_MEETING = "/ab+//9iT6yK3Hc8WJkAyQ=="
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
NOT_FOUND = Fault(404, page=b"<h1>Not found</h1>")
LESSON = 7


@pytest.fixture
def zoom() -> Iterator[ZoomApi]:
    with ZoomApi() as zoom:
        yield zoom


EVERYWHERE = pytest.mark.parametrize("settings", ["memory", "filesystem", "s3"], indirect=True)


@pytest.fixture(params=["memory", "filesystem"])
def settings(request: pytest.FixtureRequest, tmp_path: Any, zoom: ZoomApi) -> Settings:
    """Each store with the database that it is at home with."""
    places: dict[str, Any] = {"database_url": "memory://"}
    if request.param == "filesystem":
        places = {"database_url": request.getfixturevalue("sqlite_url")}
    if request.param == "s3":
        server, bucket = request.getfixturevalue("s3_server"), request.getfixturevalue("s3_bucket")
        keys = {"s3_access_key": server.access_key, "s3_secret_key": server.secret_key}
        places = {"database_url": request.getfixturevalue("postgres_url"), "s3_endpoint": server.endpoint, **keys}
        places["s3_bucket"] = bucket
    zooms = {"zoom_oauth_url": zoom.url, "zoom_api_url": zoom.api_url}
    return Settings(home=str(tmp_path), secret_key=SECRET, credentials_key="k" * 32, **zooms, **places)


@pytest.fixture
async def lease_id(container: Container) -> UUID:
    """Of a lesson whose meeting is over."""
    teacher = await add_person(container, "teacher")
    await insert(container, "study_groups", id=1, name="A", teacher_id=teacher)
    await insert(
        container, "scheduled_lessons", id=LESSON, group_id=1, teacher_id=teacher, title="Урок", start_time=NOON,
        end_time=NOON + timedelta(hours=1),
    )  # fmt: skip
    account = await add_account(container)
    return await add_lease(container, account.id)


async def add_account(container: Container) -> Account:
    account: Account = await container.edit_accounts().add(
        {"provider": ProviderName.ZOOM, "label": "Zoom 1", "provider_user_id": "host@example.org", "capacity": 1,
         "daily_limit": 100, "is_enabled": True},
        CREDENTIALS.values(),
    )  # fmt: skip
    return account


async def add_lease(container: Container, account_id: int | None, **changes: Any) -> UUID:
    lease_id = uuid4()
    lease = {
        "account_id": account_id, "lesson_id": LESSON, "meeting_id": "81234567890", "meeting_uuid": UUID_OF_MEETING,
        "leased_at": NOON, "making_until": NOON, "expires_at": NOON, "ended_at": NOON, "end_reason": "webhook",
    }  # fmt: skip
    await insert(container, "conference_leases", id=lease_id, **lease | changes)
    return lease_id


async def copy(container: Container, lease_id: UUID, **changes: Any) -> None:
    await replace(container.copy_recordings(), **changes)({"lease_id": str(lease_id)})


async def stored(container: Container) -> dict[str, bytes]:
    """What is in the store, by key."""
    store = container.object_store()
    found = (await store.listing("", nested=True, limit=100, cursor=None)).objects
    return {each.key: await read(store, each, 0, each.size - 1) if each.size else b"" for each in found}


async def recorded(container: Container) -> dict[str, tuple[int, int | None]]:
    """What is known of copies: lesson and seconds by key."""
    rows = await rows_of(container, "lesson_recordings")
    return {row["storage_key"]: (row["lesson_id"], row["duration_seconds"]) for row in rows}


@EVERYWHERE
async def test_films_and_sound_become_files_of_the_lesson_once(
    container: Container, zoom: ZoomApi, lease_id: UUID
) -> None:
    film = zoom.record(UUID_OF_MEETING, 1_000_000)
    sound = zoom.record(UUID_OF_MEETING, 5000, kind="M4A")
    zoom.record(UUID_OF_MEETING, kind="CHAT")
    late = zoom.record(UUID_OF_MEETING, status="processing")
    keys = {f"recordings/{LESSON}/{film.id}.mp4": film, f"recordings/{LESSON}/{sound.id}.m4a": sound}
    for _ in range(2):
        await copy(container, lease_id)
        assert await stored(container) == {key: file.content for key, file in keys.items()}
        assert await recorded(container) == dict.fromkeys(keys, (LESSON, 90))
        assert zoom.routes().count("download") == 2
    types = [(await container.object_store().find(key)).content_type for key in keys]
    assert types == ["video/mp4", "audio/mp4"]
    late.told["status"] = "completed"
    await copy(container, lease_id)
    assert zoom.routes().count("download") == 3
    assert len(await recorded(container)) == 3


@pytest.mark.parametrize("fault", [INTERNAL, NOT_FOUND])
async def test_a_file_that_fails_does_not_lose_the_others_and_is_tried_again(
    container: Container, zoom: ZoomApi, lease_id: UUID, fault: Fault
) -> None:
    files = [zoom.record(UUID_OF_MEETING) for _ in range(3)]
    zoom.faults["download"] = [fault]
    with pytest.raises(RecordingsNotCopied, match=rf"1 of 3: recordings/{LESSON}/{files[0].id}.mp4"):
        await copy(container, lease_id)
    assert set((await stored(container)).values()) == {file.content for file in files[1:]}
    assert len(await recorded(container)) == 2
    await copy(container, lease_id)
    assert set((await stored(container)).values()) == {file.content for file in files}
    assert zoom.routes().count("download") == 4


async def test_the_job_is_tried_until_zoom_answers(container: Container, zoom: ZoomApi, lease_id: UUID) -> None:
    file = zoom.record(UUID_OF_MEETING)
    zoom.faults["recordings"] = [NO_SCOPE]
    zoom.faults["download"] = [NOT_FOUND]
    jobs = jobs_over(container.database())
    await jobs.enqueue(COPY_RECORDINGS, {"lease_id": str(lease_id)})
    async with working(jobs, work(container.copy_recordings(), kind=COPY_RECORDINGS, max_seconds=60)):
        await until(lambda: _is_done(container))
    assert list((await stored(container)).values()) == [file.content]
    assert zoom.routes().count("recordings") == 3


async def _is_done(container: Container) -> bool:
    return bool(await recorded(container))


@EVERYWHERE
async def test_what_arrives_in_part_is_not_kept(container: Container, zoom: ZoomApi, lease_id: UUID) -> None:
    file = zoom.record(UUID_OF_MEETING, 300_000)
    whole, file.content = file.content, file.content[:-1]
    with pytest.raises(RecordingsNotCopied):
        await copy(container, lease_id)
    assert await stored(container) == {}
    assert await recorded(container) == {}
    file.content = whole
    await copy(container, lease_id)
    assert list((await stored(container)).values()) == [whole]


@EVERYWHERE
async def test_what_is_too_large_is_left_at_zoom(container: Container, zoom: ZoomApi, lease_id: UUID) -> None:
    zoom.record(UUID_OF_MEETING, 5001)
    silent = zoom.record(UUID_OF_MEETING, 5001)
    silent.told["file_size"] = None
    just = zoom.record(UUID_OF_MEETING, 5000)
    with pytest.raises(RecordingsNotCopied, match=r"2 of 3: .*RecordingTooLarge.*FileTooLarge"):
        await copy(container, lease_id, max_bytes=5000)
    assert list((await stored(container)).values()) == [just.content]
    assert len(await recorded(container)) == 1
    assert zoom.routes().count("download") == 2, "what says its size is not even begun"


async def test_whatever_a_file_is_called_it_stays_among_those_of_its_lesson(
    container: Container, zoom: ZoomApi, lease_id: UUID
) -> None:
    names = ("../../private/a", "Ab", "ab", "aB", "№ 1?", "-rf", "", "x" * 2000, "a.b")
    for name in names:
        zoom.record(UUID_OF_MEETING, 100).told["id"] = name
    await copy(container, lease_id)
    keys = list(await stored(container))
    assert len({key.casefold() for key in keys}) == len(names) - 1, "one without a name is none"
    assert {checked_key(key).rpartition("/")[0] for key in keys} == {f"recordings/{LESSON}"}
    assert f"recordings/{LESSON}/ab.mp4" in keys


async def test_an_object_without_a_record_is_replaced(container: Container, zoom: ZoomApi, lease_id: UUID) -> None:
    """As after a crash between the two."""
    file = zoom.record(UUID_OF_MEETING)
    key = f"recordings/{LESSON}/{file.id}.mp4"
    await put(container.object_store(), key, b"half")
    await copy(container, lease_id)
    assert await stored(container) == {key: file.content}
    assert list(await recorded(container)) == [key]


@EVERYWHERE
async def test_two_jobs_at_once_make_one_copy(container: Container, zoom: ZoomApi, lease_id: UUID) -> None:
    files = [zoom.record(UUID_OF_MEETING, 200_000) for _ in range(2)]
    await asyncio.gather(*(copy(container, lease_id) for _ in range(4)))
    assert set((await stored(container)).values()) == {file.content for file in files}
    assert len(await rows_of(container, "lesson_recordings")) == 2


@EVERYWHERE
async def test_nothing_is_copied_of_what_is_gone(container: Container, zoom: ZoomApi, lease_id: UUID) -> None:
    zoom.record(UUID_OF_MEETING)
    never_made = await add_lease(container, None, meeting_id=None, meeting_uuid=None)
    [account] = await rows_of(container, "conference_accounts")
    await container.edit_accounts().delete(account["id"])
    for gone in (lease_id, never_made, uuid4()):
        await copy(container, gone)
    assert zoom.routes() == []
    assert await stored(container) == {}


async def test_a_lease_without_a_meeting_has_no_recordings(container: Container, zoom: ZoomApi, lease_id: UUID) -> None:
    [account] = await rows_of(container, "conference_accounts")
    await copy(container, await add_lease(container, account["id"], meeting_id=None, meeting_uuid=None))
    assert zoom.routes() == []
    numbered = zoom.record("81234567890")
    await copy(container, await add_lease(container, account["id"], meeting_uuid=None))
    assert list((await stored(container)).values()) == [numbered.content]


async def test_credentials_that_zoom_does_not_take_are_a_failure(
    container: Container, zoom: ZoomApi, lease_id: UUID
) -> None:
    zoom.accounts.clear()
    with pytest.raises(ConferenceProviderFailed):
        await copy(container, lease_id)


@EVERYWHERE
async def test_a_copy_that_is_cut_off_leaves_nothing(container: Container, zoom: ZoomApi, lease_id: UUID) -> None:
    zoom.record(UUID_OF_MEETING, 30_000_000)
    task = asyncio.create_task(copy(container, lease_id))
    await until(lambda: "download" in zoom.routes())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 8)
    assert await stored(container) == {}
    assert await recorded(container) == {}


@pytest.mark.parametrize("settings", ["filesystem", "s3"], indirect=True)
async def test_memory_for_a_recording_stays_the_same_whatever_its_size(
    container: Container, zoom: ZoomApi, lease_id: UUID
) -> None:
    small = zoom.record(UUID_OF_MEETING)
    await copy(container, lease_id)  # what is made at the first time stays
    large = zoom.record(UUID_OF_MEETING, 50_000_000)
    tracemalloc.start()
    try:
        await copy(container, lease_id)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 35_000_000, "a few parts of an upload to S3, of 8 MiB each"
    sizes = [
        each.size for each in (await container.object_store().listing("", nested=True, limit=9, cursor=None)).objects
    ]
    assert sorted(sizes) == [len(small.content), len(large.content)]
