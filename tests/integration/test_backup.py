"""Backup and restore, from each database into each."""

import hashlib
import json
import tarfile
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers

from atg_adapters.minio.object_store import S3ObjectStore
from atg_adapters.sql import schema
from atg_adapters.sql.backup import SqlContents
from atg_adapters.tar_archive import TarReader, TarWriter, differences
from atg_core.backup.make_backup import MakeBackup
from atg_core.backup.model import Manifest
from atg_core.backup.ports import BrokenArchive, NotEmpty, OtherSchema
from atg_core.backup.restore_backup import RestoreBackup
from atg_core.errors import AtgError
from atg_core.files.ports import ObjectStore
from atg_core.jobs.model import JobStatus
from atg_entrypoints.container import Container
from atg_entrypoints.settings import Settings
from tests.arranging import insert, rows_of
from tests.conftest import SECRET
from tests.integration.command import run_atg
from tests.people import add_person
from tests.servers import S3Server

_FILES = {
    "public/пустой.txt": b"",
    "stations/1/images/photo.jpg": bytes(range(256)) * 3000,
    "lessons/1/Схема №1 (v2).pdf": b"%PDF-1.7\n",
}
_HOSTILE = 'a\tb\\N "q", \u2028 \N{PILE OF POO} = 1'


def _nobody(_size: int) -> None:
    """Nobody is told how much is done."""


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 100_000):
        yield content[start : start + 100_000]


async def _put_files(store: ObjectStore) -> None:
    for key, content in _FILES.items():
        kind = "image/jpeg" if key.endswith("jpg") else "application/x-other"
        await store.put(key, _chunks(content), content_type=kind, max_bytes=2**20)


async def _backup(container: Container, path: Path) -> Manifest:
    make = MakeBackup(
        contents=SqlContents(container.database()),
        object_store=container.object_store(),
        clock=container.clock(),
        version="1",
    )
    with closing(TarWriter(path)) as archive:
        return await make(archive, _nobody)


async def _restore(container: Container, path: Path) -> Manifest:
    restore = RestoreBackup(contents=SqlContents(container.database()), object_store=container.object_store())
    return await restore(TarReader(path), _nobody)


def _sums(path: Path) -> dict[str, str]:
    """The hash of each member but the manifest, which tells when it was made."""
    with tarfile.open(path) as tar:
        file = tar.extractfile("SHA256SUMS")
        assert file
        lines = (line.split("  ", 1) for line in file.read().decode().splitlines())
        return {name: digest for digest, name in lines if name != "manifest.json"}


async def _is_empty(container: Container) -> bool:
    found = await container.object_store().listing("", nested=True, limit=1, cursor=None)
    return not found.objects and not await SqlContents(container.database()).occupied()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Of the empty place, whose files are not those of the other."""
    return Settings(database_url=database_url, home=str(tmp_path / "empty"), secret_key=SECRET)


@pytest.fixture
async def source(stocked: Container) -> Container:
    """The examples, files, texts that formats trip over, and what stands beside tables: jobs and numbers."""
    await _put_files(stocked.object_store())
    teacher = await add_person(stocked, "hostile", full_name=_HOSTILE)
    now = datetime(2026, 9, 1, 8, 30, 0, 123456, tzinfo=UTC)
    for name in ("kept", "deleted"):
        await insert(stocked, "study_groups", name=name, teacher_id=teacher, created_at=now, updated_at=now)
    async with stocked.database().transaction() as connection:
        await connection.execute_text("DELETE FROM study_groups WHERE name = 'deleted'")
    jobs = stocked.jobs()
    async with stocked.database().shared_transaction():
        await jobs.enqueue("send_invitation", {"to": "a@example.com"}, lane="a", not_before=now + timedelta(days=900))
        await jobs.enqueue("end_meeting", {"lesson": 1})
    return stocked


async def test_what_is_restored_equals_what_was_backed_up_on_each_database(
    source: Container, container: Container, tmp_path: Path
) -> None:
    made = await _backup(source, tmp_path / "one.tar")
    restored = await _restore(container, tmp_path / "one.tar")
    again = await _backup(container, tmp_path / "two.tar.gz")
    assert _sums(tmp_path / "one.tar") == _sums(tmp_path / "two.tar.gz")
    assert made == restored
    assert (made.rows, made.numbers, made.files, made.bytes) == (again.rows, again.numbers, again.files, again.bytes)
    assert made.numbers["study_groups"] == 1 + max(row["id"] for row in await rows_of(container, "study_groups"))
    assert made.files == len(_FILES)
    assert await schema.differences(container.database()) == []
    found = await container.object_store().find("stations/1/images/photo.jpg")
    assert found
    assert (found.size, found.content_type) == (256 * 3000, "image/jpeg")
    [hostile] = [row for row in await rows_of(container, "users") if row["username"] == "hostile"]
    assert hostile["full_name"] == _HOSTILE
    listed = await container.jobs().listed()
    assert [(job.kind, dict(job.arguments), job.status) for job in listed] == [
        ("send_invitation", {"to": "a@example.com"}, JobStatus.WAITING),
        ("end_meeting", {"lesson": 1}, JobStatus.WAITING),
    ]


async def test_triggers_work_and_numbers_go_on_after_a_restore(
    source: Container, container: Container, tmp_path: Path
) -> None:
    await _backup(source, tmp_path / "one.tar")
    await _restore(container, tmp_path / "one.tar")
    [version] = await rows_of(container, "catalog_version")
    async with container.database().transaction() as connection:
        await connection.execute_text("UPDATE stations SET name = 'other' WHERE id = 1")
    assert await rows_of(container, "catalog_version") != [version]
    before = await rows_of(container, "study_groups")
    teacher, now = before[0]["teacher_id"], datetime(2026, 9, 1, tzinfo=UTC)
    await insert(container, "study_groups", name="new", teacher_id=teacher, created_at=now, updated_at=now)
    [new] = [row for row in await rows_of(container, "study_groups") if row["name"] == "new"]
    assert new["id"] == max(row["id"] for row in before) + 2


async def test_writes_that_go_on_meanwhile_are_in_a_backup_whole_or_not_at_all(
    source: Container, tmp_path: Path
) -> None:
    """Who enters after the snapshot was begun is in none of its tables."""
    contents = SqlContents(source.database())
    async with contents.snapshot() as snapshot:
        parts = snapshot.parts()
        first = await anext(parts)
        await add_person(source, "latecomer")
        seen = [first, *[part async for part in parts]]
    assert not any(b"latecomer" in part.content for part in seen)
    assert any(b"hostile" in part.content for part in seen)


def _damaged(path: Path, into: Path, change: Callable[[tarfile.TarInfo, bytes], bytes | None]) -> Path:
    """The archive with other contents of its members; None leaves one out."""
    with tarfile.open(path) as tar, tarfile.open(into, "w", format=tarfile.PAX_FORMAT) as made:
        for member in tar.getmembers():
            file = tar.extractfile(member)
            assert file
            content = change(member, file.read())
            if content is not None:
                (into.parent / "member").write_bytes(content)
                member.size = len(content)
                with (into.parent / "member").open("rb") as changed:
                    made.addfile(member, changed)
    return into


def _changed(name: str, old: bytes, new: bytes) -> Callable[[tarfile.TarInfo, bytes], bytes | None]:
    return lambda member, content: content.replace(old, new) if member.name.startswith(name) else content


@pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
async def test_a_damaged_archive_is_refused_before_anything_is_stored(
    source: Container, container: Container, tmp_path: Path
) -> None:
    made, bad = tmp_path / "one.tar", tmp_path / "bad.tar"
    await _backup(source, made)
    whole = made.read_bytes()
    for change in (
        _changed("database/users/", b"hostile", b"hostila"),
        _changed("files/lessons/", b"%PDF", b"%PDG"),
        _changed("manifest.json", b'"version": "1"', b'"version": "2"'),
        lambda member, content: None if member.name.startswith("files/public") else content,
        lambda member, content: None if member.name == "SHA256SUMS" else content,
        lambda member, content: None if member.name == "manifest.json" else content,
        lambda member, content: content + b"0  files/other\n" if member.name == "SHA256SUMS" else content,
    ):
        with pytest.raises(BrokenArchive):
            await _restore(container, _damaged(made, bad, change))
    assert differences(made, made) == []
    assert differences(made, bad) == ["files/other"]
    for content in (whole[: len(whole) // 2], b"", b"no archive at all", whole[:600]):
        bad.write_bytes(content)
        with pytest.raises(BrokenArchive):
            await _restore(container, bad)
    assert await _is_empty(container)


@pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
async def test_a_place_that_is_not_empty_or_of_another_schema_is_refused(
    source: Container, container: Container, tmp_path: Path
) -> None:
    made = tmp_path / "one.tar"
    manifest = await _backup(source, made)
    with pytest.raises(NotEmpty, match="files"):
        await _restore(source, made)
    await container.object_store().put("a.txt", _chunks(b"a"), content_type="text/plain", max_bytes=10)
    with pytest.raises(NotEmpty, match="files"):
        await _restore(container, made)
    await container.object_store().delete("a.txt")
    await container.jobs().enqueue("end_meeting", {})
    with pytest.raises(NotEmpty, match="jobs"):
        await _restore(container, made)
    assert [job.kind for job in await container.jobs().listed()] == ["end_meeting"]
    async with container.database().transaction() as connection:
        await connection.execute_text(
            "DELETE FROM jobs" if container.database().is_sqlite else "DELETE FROM procrastinate_jobs"
        )

    def older(member: tarfile.TarInfo, content: bytes) -> bytes:
        text = content.replace(manifest.revision.encode(), b"0001")
        if member.name == "manifest.json":
            digests.append((hashlib.sha256(content).hexdigest(), hashlib.sha256(text).hexdigest()))
            return text
        return content.replace(*(each.encode() for each in digests[0])) if member.name == "SHA256SUMS" else content

    digests: list[tuple[str, str]] = []
    with pytest.raises(OtherSchema, match="0001"):
        await _restore(container, _damaged(made, tmp_path / "older.tar", older))
    assert await _is_empty(container)


class _Full(AtgError):
    """There is no space"""


@pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
async def test_a_restore_that_fails_in_the_middle_leaves_both_places_empty(
    source: Container, container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, store = tmp_path / "one.tar", container.object_store()
    await _backup(source, made)
    put, tries = store.put, list[str]()

    async def put_once(key: str, chunks: AsyncIterator[bytes], **values: Any) -> Any:
        tries.append(key)
        if len(tries) > 1:
            raise _Full
        return await put(key, chunks, **values)

    with monkeypatch.context() as patch:
        patch.setattr(type(store), "put", lambda _store, *given, **values: put_once(*given, **values))
        with pytest.raises(_Full):
            await _restore(container, made)
    assert len(tries) == 2
    assert await _is_empty(container)
    await _restore(container, made)
    assert not await _is_empty(container)


@pytest.mark.parametrize(("stocked_url", "database_url"), [("sqlite", "postgres")], indirect=True)
async def test_files_go_from_a_folder_into_an_s3_store_and_back(
    source: Container, container: Container, tmp_path: Path, s3_server: S3Server, s3_bucket: str
) -> None:
    await _backup(source, tmp_path / "one.tar")
    store = S3ObjectStore(
        s3_server.endpoint,
        "",
        access_key=s3_server.access_key,
        secret_key=s3_server.secret_key,
        bucket=s3_bucket,
        region="us-east-1",
    )
    container.object_store.override(providers.Object(store))
    await _restore(container, tmp_path / "one.tar")
    await _backup(container, tmp_path / "two.tar")
    assert _sums(tmp_path / "one.tar") == _sums(tmp_path / "two.tar")


def test_the_commands_say_what_they_did_and_why_not(tmp_path: Path) -> None:
    settings = {"ATG_SECRET_KEY": "a" * 40}
    for name in ("from", "into"):
        (tmp_path / name).mkdir()
    assert run_atg(tmp_path / "from", "migrate", **settings).returncode == 0
    password = {"given": "correct horse battery staple 42"}
    made = run_atg(
        tmp_path / "from", "users", "create-admin", "--username", "boss", "--password-stdin", **password, **settings
    )
    assert made.returncode == 0, made.stderr
    file = str(tmp_path / "one.tar.gz")
    backed = run_atg(tmp_path / "from", "backup", file, "--json", **settings)
    assert backed.returncode == 0, backed.stderr
    assert json.loads(backed.stdout)["rows"]["users"] == 1
    assert Path(file).stat().st_mode & 0o077 == 0
    restored = run_atg(tmp_path / "into", "restore", file, **settings)
    assert restored.returncode == 0, restored.stderr
    assert "0 files" in restored.stdout
    drilled = run_atg(tmp_path / "from", "drill", **settings)
    assert (drilled.returncode, "0 files" in drilled.stdout) == (0, True), drilled
    for arguments, words in (
        (("restore", file), "empty place"),
        (("restore", str(tmp_path / "absent.tar")), "is no file"),
        (("backup", str(tmp_path / "no" / "one.tar")), "is no folder"),
    ):
        ran = run_atg(tmp_path / "into", *arguments, **settings)
        assert (ran.returncode, words in ran.stderr) == (2, True), ran
    empty = tmp_path / "nothing"
    empty.mkdir()
    ran = run_atg(empty, "backup", str(tmp_path / "three.tar"), **settings)
    assert (ran.returncode, "atg migrate" in ran.stderr) == (2, True), ran
    assert sorted(path.name for path in tmp_path.glob("*.tar*")) == ["one.tar.gz"]
