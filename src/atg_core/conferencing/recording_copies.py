"""Copies recordings from the provider into the object store (spec: schedule, The pool)."""

import re
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from atg_core.clock import Clock
from atg_core.conferencing.model import RecordingFile
from atg_core.conferencing.ports import (
    AccountNotFound,
    LeaseNotFound,
    Pool,
    Recordings,
    RecordingStore,
    RecordingTooLarge,
)
from atg_core.conferencing.provider import AccountProvider, ConferenceProviders
from atg_core.jobs.model import Arguments
from atg_core.unit_of_work import UnitOfWork

COPY_RECORDINGS = "copy_recordings"
COPY_TIMEOUT_SECONDS = 3 * 3600.0
"""Of one attempt: some gigabytes on a slow line. The next one continues with the file that was cut off."""

_MEDIA_TYPES = {"mp4": "video/mp4", "m4a": "audio/mp4"}
_PLAIN_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class RecordingsNotCopied(Exception):
    """Some recordings were not copied"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRecordings:
    """Job `copy_recordings`: copies the recordings of a lease's meeting into the object store.

    Copies video and audio files one by one; a retry copies those that are missing. Does nothing if the lesson was
    deleted, or the account with its credentials. `max_bytes`: the size limit of one file.
    """

    open_pool: UnitOfWork[Pool]
    open_recordings: UnitOfWork[Recordings]
    conference_providers: ConferenceProviders
    store: RecordingStore
    clock: Clock
    max_bytes: int

    async def __call__(self, arguments: Arguments) -> None:
        """Raises ConferenceProviderFailed, and, after each file was tried, RecordingsNotCopied."""
        try:
            async with self.open_pool() as pool:
                lease = await pool.lease(UUID(arguments["lease_id"]))
                account = await pool.account(lease.account_id or 0)
        except (LeaseNotFound, AccountNotFound):
            return
        if meeting := arguments.get("meeting_uuid") or lease.meeting_uuid or lease.meeting_id:
            await self._copy_all(self.conference_providers.for_account(account), meeting, lease.lesson_id)

    async def _copy_all(self, provider: AccountProvider, meeting: str, lesson_id: int) -> None:
        found = await provider.recording_files(meeting)
        files = {_key(lesson_id, file): file for file in found if file.extension in _MEDIA_TYPES}
        async with self.open_recordings() as recordings:
            known = await recordings.copied(files)
        failures = []
        for key, file in files.items():
            if key not in known:
                try:
                    await self._copy(provider, lesson_id, key, file)
                except Exception as error:  # noqa: BLE001 - one failed file must not stop the others
                    failures.append(f"{key} ({type(error).__name__}: {error})")
        if failures:
            raise RecordingsNotCopied(f"{len(failures)} of {len(files)}: {'; '.join(failures)}")

    async def _copy(self, provider: AccountProvider, lesson_id: int, key: str, file: RecordingFile) -> None:
        if file.size is not None and file.size > self.max_bytes:
            raise RecordingTooLarge
        async with provider.download(file) as chunks:
            await self.store.put(key, chunks, content_type=_MEDIA_TYPES[file.extension], max_bytes=self.max_bytes)
        async with self.open_recordings() as recordings:
            await recordings.add_copy(lesson_id, key, file.duration_seconds, self.clock())


def _key(lesson_id: int, file: RecordingFile) -> str:
    """Named by the provider's id of the file if that is plain, else by a hash of it, so that keys differ even in a
    case-insensitive store."""
    name = file.id if _PLAIN_ID.fullmatch(file.id) else sha256(file.id.encode()).hexdigest()
    return f"recordings/{lesson_id}/{name}.{file.extension}"
