"""Files of deleted stations over HTTP, over every database alike (spec: catalog-learning)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from dependency_injector import providers

from atg_adapters.memory.files.object_store import MemoryObjectStore
from atg_core.clock import utc_now
from atg_core.files.model import Listing
from atg_core.files.ports import StoreAway
from atg_core.files.signed_urls import UrlSigner
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.files.object_store import put
from tests.mailed import do_jobs
from tests.people import sign_in

STATION = {"name": "Новая станция", "short_name": "КС-99"}
_WITH_OBJECTS = (
    *("object_store", "find_file", "list_folder", "sign_download", "station_objects", "delete_station_files"),
    *("edit_stations", "edit_topic_files"),
)


class SometimesAway(MemoryObjectStore):
    """An object store that is away for whoever deletes, as long as it is told to."""

    is_away = False

    async def delete(self, key: str) -> bool:
        if self.is_away:
            raise StoreAway
        return await super().delete(key)

    async def listing(self, prefix: str, *, nested: bool, limit: int, cursor: str | None) -> Listing:
        return await super().listing(prefix, nested=nested, limit=min(limit, 2), cursor=cursor)


class HttpStationFilesContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture
    async def store(self, stocked: Container) -> AsyncIterator[SometimesAway]:
        store = SometimesAway(UrlSigner(b"a key for tests alone"), "http://atg.test")
        stocked.object_store.override(providers.Object(store))
        for name in _WITH_OBJECTS[1:]:
            getattr(stocked, name).reset()
        yield store
        stocked.object_store.reset_override()

    @pytest.fixture
    async def station(self, client: httpx.AsyncClient, stocked: Container, store: SometimesAway) -> dict[str, Any]:
        """A station with a file of every kind, some of which stations share."""
        await sign_in(client, stocked, role=Role.ADMIN)
        station: dict[str, Any] = (await client.post("/stations/create/", json=STATION)).json()
        path, folder = f"/stations/{station['id']}", f"stations/{station['id']}"
        keys = {
            "image": f"{folder}/images/вид.jpg",
            "tech_map_image": "tex_kart/99.png",
            "photo": f"{folder}/photos/1.jpg",
            "doc": "public/99/правила.pdf",
            "video": f"{folder}/promo_video/1.mp4",
            "topic": f"{folder}/course_program/topics/1.1/1.pdf",
            "left": f"{folder}/photos/former.jpg",
            "shared": "tex_kart/shared.png",
            "shared_inside": f"{folder}/images/shared.jpg",
            "private": "private/99.pdf",
        }
        for key in (*keys.values(), f"stations/{station['id']}0/images/other.jpg"):
            await put(store, key)
        await client.put(
            f"{path}/update/", json={"image": keys["image"], "tech_map_image": f"/{keys['tech_map_image']}"}
        )
        for view, key in (("station_image", keys["photo"]), ("tech_map_image", keys["shared"])):
            reply = await client.post(f"{path}/photos/create/", json={"view": view, "image_url": key})
            assert reply.status_code == 201, reply.text
        for key in (keys["doc"], keys["private"], "https://example.com/a.pdf", "stations/../private/b.pdf"):
            await client.post(f"{path}/docs/create/", json={"title": "x", "file_url": key})
        await client.put(f"{path}/promo-video/update", json={"title": "x", "objectKey": keys["video"]})
        topic = {"topicKey": "1.1", "title": "x"}
        tree = {"title": "x", "lessons": [{"lessonKey": "1", "title": "x", "topics": [topic]}]}
        program = (await client.put(f"{path}/course-program/update", json=tree)).json()["courseProgram"]
        topics = f"{path}/course-program/topics/{program['lessons'][0]['topics'][0]['id']}"
        file = {"originalName": "1.pdf", "objectKey": keys["topic"], "fileType": "document"}
        assert (await client.post(f"{topics}/files/create/", json=file)).status_code == 201
        for field, key in (("image", keys["shared"]), ("tech_map_image", keys["shared_inside"])):
            assert (await client.put("/stations/1/update/", json={field: key})).status_code == 200
        return station | {"keys": keys}

    async def there(self, client: httpx.AsyncClient, station: dict[str, Any]) -> set[str]:
        """The names of its files that anybody can read, and of the private one."""
        return {
            name
            for name, key in station["keys"].items()
            if (await client.get(f"/files/stream/{key}")).status_code == 200
        }

    KEPT = frozenset({"shared", "shared_inside", "private"})

    async def test_its_files_go_with_a_station_but_not_those_that_others_name(
        self, client: httpx.AsyncClient, store: SometimesAway, station: dict[str, Any]
    ) -> None:
        assert await self.there(client, station) == station["keys"].keys()
        assert (await client.delete(f"/stations/{station['id']}/delete/")).status_code == 200
        assert await self.there(client, station) == self.KEPT
        assert await store.find(f"stations/{station['id']}0/images/other.jpg") is not None

    async def test_what_a_station_that_is_not_deleted_has_stays(
        self, client: httpx.AsyncClient, station: dict[str, Any]
    ) -> None:
        assert (await client.delete("/stations/999999/delete/")).status_code == 404
        assert await self.there(client, station) == station["keys"].keys()

    async def test_the_files_go_later_if_the_store_is_away_or_the_process_ends(
        self, client: httpx.AsyncClient, stocked: Container, store: SometimesAway, station: dict[str, Any]
    ) -> None:
        store.is_away = True
        assert (await client.delete(f"/stations/{station['id']}/delete/")).status_code == 200
        assert await self.there(client, station) == station["keys"].keys()
        store.is_away = False
        await do_jobs(stocked)
        assert await self.there(client, station) == self.KEPT

    async def test_what_was_signed_before_and_arrives_afterwards_goes_too(
        self, client: httpx.AsyncClient, stocked: Container, store: SometimesAway, station: dict[str, Any]
    ) -> None:
        assert (await client.delete(f"/stations/{station['id']}/delete/")).status_code == 200
        await put(store, station["keys"]["photo"])
        await do_jobs(stocked)
        jobs = [job for job in await stocked.jobs().listed() if job.kind == "delete_station_files"]
        assert [job.run_at > utc_now() + timedelta(days=7) for job in jobs] == [True]
        await put(store, station["keys"]["photo"])
        await stocked.delete_station_files()(jobs[0].arguments)
        assert await self.there(client, station) == self.KEPT
