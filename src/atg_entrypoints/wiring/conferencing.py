"""Conferencing: the pool of accounts, starting and ending lessons, recordings."""

import asyncio
import hmac
from contextlib import AsyncExitStack

from dependency_injector import providers

from atg_adapters.sql.conference_accounts import SqlAccounts, SqlConferences, SqlRecordings
from atg_adapters.sql.database import Database
from atg_adapters.sql.pool import SqlPool
from atg_core.conferencing.accounts import KeepAccounts
from atg_core.conferencing.combining import Combining
from atg_core.conferencing.copying import CopyRecordings
from atg_core.conferencing.ending import EndLesson, NoteEvents, Reap
from atg_core.conferencing.hosting import Hosting, Tidying
from atg_core.conferencing.links import AddRecordingLink
from atg_core.conferencing.model import ProviderName
from atg_core.conferencing.ports import Vault
from atg_core.conferencing.rooms import LocalRooms
from atg_core.conferencing.starting import StartLesson
from atg_core.conferencing.taking import Asked, Step, TakeLeases
from atg_entrypoints.settings import Settings
from atg_entrypoints.wiring.files import Files
from atg_entrypoints.wiring.shared import Shared

_SAVES_AT_ONCE = 8


def _vault(settings: Settings) -> Vault:
    """Imported here: few processes start lessons."""
    from atg_adapters.fernet.vault import FernetVault  # noqa: PLC0415

    return FernetVault(settings.credentials_keys)


def _local_rooms(settings: Settings) -> LocalRooms:
    return LocalRooms(hmac.digest(settings.secret_key.encode(), b"atg:rooms", "sha256"))


def _hosting(settings: Settings, vault: Vault, rooms: LocalRooms, opened: AsyncExitStack) -> Hosting:
    """Zoom, and rooms on this server. Imported here for the same reason."""
    from atg_adapters.local.provider import LocalProvider  # noqa: PLC0415
    from atg_adapters.zoom.provider import ZoomProvider  # noqa: PLC0415

    zoom = ZoomProvider(oauth_url=settings.zoom_oauth_url, api_url=settings.zoom_api_url)
    opened.push_async_callback(zoom.close)
    local = LocalProvider(settings.base_url, rooms)
    return Hosting(providers={ProviderName.ZOOM: zoom, ProviderName.LOCAL: local}, vault=vault)


def _taking(take_leases: TakeLeases, opened: AsyncExitStack) -> Combining[Asked, Step]:
    """Whoever asks for a lease while others are given theirs waits for these; nobody waits when all is closed."""
    taking = Combining(take_leases)
    opened.push_async_callback(taking.finish)
    return taking


class Conferencing(Files):
    conferences = providers.Singleton(SqlConferences, Shared.database)
    open_pool = providers.Singleton(Database.opening, Shared.database, SqlPool, shared=True)
    open_accounts = providers.Singleton(Database.opening, Shared.database, SqlAccounts)
    open_recordings = providers.Singleton(Database.opening, Shared.database, SqlRecordings)
    vault = providers.Singleton(_vault, Shared.settings)
    local_rooms = providers.Singleton(_local_rooms, Shared.settings)
    hosting = providers.Singleton(_hosting, Shared.settings, vault, local_rooms, Shared.opened)
    tidying = providers.Singleton(Tidying, jobs=Shared.jobs)
    take_leases = providers.Singleton(
        TakeLeases,
        open=open_pool,
        early=Shared.settings.provided.start_early,
        clock=Shared.clock,
        new_id=Shared.new_id,
    )
    start_lesson = providers.Singleton(
        StartLesson,
        take=providers.Singleton(_taking, take_leases, Shared.opened),
        open=open_pool,
        hosting=hosting,
        tidying=tidying,
        clock=Shared.clock,
        gate=providers.Singleton(asyncio.Semaphore, _SAVES_AT_ONCE),
    )
    end_lesson = providers.Singleton(EndLesson, open=open_pool, hosting=hosting, tidying=tidying, clock=Shared.clock)
    note_events = providers.Singleton(NoteEvents, open=open_pool, jobs=Shared.jobs, tidying=tidying, clock=Shared.clock)
    reap_leases = providers.Singleton(Reap, open=open_pool, hosting=hosting, tidying=tidying, clock=Shared.clock)
    keep_accounts = providers.Singleton(KeepAccounts, open=open_accounts, vault=vault, clock=Shared.clock)
    reseal_credentials = keep_accounts.provided.reseal
    add_recording_link = providers.Singleton(AddRecordingLink, open=open_recordings, clock=Shared.clock)
    copy_recordings = providers.Singleton(
        CopyRecordings,
        open_pool=open_pool,
        open_recordings=open_recordings,
        hosting=hosting,
        store=Files.object_store,
        most_bytes=Shared.settings.provided.upload_max_bytes,
        clock=Shared.clock,
    )
