"""An import and an upload that are killed in the middle, and done again."""

import asyncio
import os
import subprocess
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.faults.installation import Installation, kill
from tests.faults.scenario import IN_FLIGHT, Stage
from tests.integration.running import ATG, without_settings

pytestmark = [pytest.mark.alone, pytest.mark.faults]

_USERS, _FILES = 20_000, 200
_PART_BYTES = 5 * 2**20
KEY = "lessons/1/killed.pdf"


def begin(installation: Installation, *command: str) -> subprocess.Popen[str]:
    settings = without_settings() | dict(installation.environment) | {"ATG_HOME": str(installation.home)}
    return subprocess.Popen(
        [ATG, *command], env=settings, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=installation.home
    )


def count(installation: Installation, query: str) -> int:
    with psycopg.connect(installation.postgres.url) as connection:
        [found] = connection.execute(query).fetchone() or (0,)  # type: ignore[call-overload]
    return int(found)


async def test_an_import_that_was_killed_leaves_nothing_and_is_done_again(stage: Stage, tmp_path: Path) -> None:
    installation, users = stage.installation, tmp_path / "users.csv"
    rows = "".join(f"imported{number},U {number}\n" for number in range(_USERS))
    users.write_text(f"username,full_name\n{rows}", encoding="utf-8")
    imported = "SELECT count(*) FROM users WHERE username LIKE 'imported%'"
    staging = "SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND query ~* 'copy|insert|merge'"
    async with stage.fault("kill -9 of an import", allowed=()):
        process = begin(installation, "import", "users", str(users))
        async with asyncio.timeout(60):
            while not count(installation, staging):
                assert process.poll() is None, process.stderr and process.stderr.read()
                await asyncio.sleep(0.01)
        process.kill()
        process.communicate()
        assert count(installation, imported) == 0
        for told in (f"{_USERS} created", f"{_USERS} unchanged"):
            again = begin(installation, "import", "users", str(users))
            out, err = await asyncio.to_thread(again.communicate, timeout=120)
            assert again.returncode == 0, err
            assert told in out.replace(",", "").replace(" ", " "), out
    assert count(installation, imported) == _USERS


async def test_an_upload_in_parts_goes_on_after_its_process_was_killed(stage: Stage) -> None:
    installation = stage.installation
    parts = [os.urandom(_PART_BYTES), os.urandom(_PART_BYTES), os.urandom(1_000)]
    async with httpx.AsyncClient(headers=stage.world.author.headers, timeout=60) as client:

        async def put(url: str, number: int) -> dict[str, object]:
            sent = {"uploadId": upload["uploadId"], "key": KEY, "partNumber": str(number)}
            reply = await client.post(
                f"{url}/files/multipart/upload-part", data=sent, files={"file": ("part", parts[number - 1])}
            )
            assert reply.status_code == 200, reply.text
            part: dict[str, object] = reply.json()
            return part

        first, second = (server.url for server in installation.apis)
        begun = await client.post(
            f"{first}/files/multipart/initiate", json={"key": KEY, "contentType": "application/pdf"}
        )
        upload = begun.json()
        async with stage.fault("kill -9 of an upload", allowed=IN_FLIGHT):
            done = [await put(first, 1)]
            lost = asyncio.create_task(put(first, 2))
            await asyncio.sleep(0.02)
            kill(installation.apis[0])
            with pytest.raises(httpx.TransportError):
                await lost
            done += [await put(second, 2), await put(second, 3)]
            told = {"uploadId": upload["uploadId"], "key": KEY, "parts": done}
            completed = await client.post(f"{second}/files/multipart/complete", json=told)
            assert completed.status_code == 200, completed.text
            await asyncio.to_thread(installation.start_api, 0)
        read = await client.get(f"{first}/files/stream/{KEY}")
    assert read.content == b"".join(parts)


async def test_a_folder_whose_upload_was_killed_is_complete_after_the_next(stage: Stage, tmp_path: Path) -> None:
    installation, folder = stage.installation, tmp_path / "documents"
    folder.mkdir()
    contents = {f"{number}.txt": os.urandom(2_000) for number in range(_FILES)}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    command = ("import", "files", str(folder), "--prefix", "public/folder/")
    process = begin(installation, *command)
    async with httpx.AsyncClient(base_url=installation.url, headers=stage.world.author.headers, timeout=60) as client:

        async def there() -> int:
            listed = await client.get("/files/folder-contents", params={"prefix": "public/folder/", "size": 100})
            return listed.text.count(".txt")

        async with asyncio.timeout(60):
            while not await there():
                assert process.poll() is None
        process.kill()
        process.communicate()
        again = begin(installation, *command)
        _, err = await asyncio.to_thread(again.communicate, timeout=120)
        assert again.returncode == 0, err
        for name, content in contents.items():
            assert (await client.get(f"/files/stream/public/folder/{name}")).content == content
