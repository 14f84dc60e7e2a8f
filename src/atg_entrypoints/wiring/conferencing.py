"""Conferencing: the pool of accounts, starting and ending lessons, recordings."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from dependency_injector import providers

from atg_adapters.fernet.vault import FernetVault
from atg_adapters.sql.conferencing.accounts import SqlAccounts
from atg_adapters.sql.conferencing.pool import SqlPool
from atg_adapters.sql.conferencing.queries import SqlConferencingQueries
from atg_adapters.sql.conferencing.recordings import SqlRecordings
from atg_core.clock import Clock
from atg_core.conferencing.accounts import EditAccounts
from atg_core.conferencing.batching import Batcher
from atg_core.conferencing.capacity import demand_of
from atg_core.conferencing.creation_rights import CreationRights
from atg_core.conferencing.external_recordings import AddExternalRecording
from atg_core.conferencing.leasing import LeaseAccounts, LeaseRequest, LeaseResult
from atg_core.conferencing.lesson_start import StartLesson
from atg_core.conferencing.local_rooms import LocalRooms
from atg_core.conferencing.meeting_cleanup import CleanUpMeeting, EndMeeting, MeetingCleanup
from atg_core.conferencing.meeting_events import HandleMeetingEvents
from atg_core.conferencing.model import ProviderName
from atg_core.conferencing.ports import ConferencingQueries, Pool, Provider, Vault
from atg_core.conferencing.provider import ConferenceProviders
from atg_core.conferencing.recording_copies import CopyRecordings
from atg_core.conferencing.release import EndLesson, ReapLeases
from atg_core.conferencing.teacher_limits import TeacherLimits
from atg_core.schedule.calendar import ShowCalendar
from atg_core.schedule.model import Occurrence, Viewer
from atg_core.schedule.term_copy import PoolLoad
from atg_core.unit_of_work import UnitOfWork
from atg_entrypoints.settings import Settings
from atg_entrypoints.wiring.files import Files
from atg_entrypoints.wiring.shared import Shared, derived_key, reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case

_SAVES_AT_ONCE = 8
_NOBODY = UUID(int=0)


class _ProvidersOnDemand(Mapping[ProviderName, Provider]):
    """The providers by name; each is imported and made when it is first asked for: few processes start lessons."""

    def __init__(self, makers: Mapping[ProviderName, Callable[[], Provider]]) -> None:
        self._makers = {name: cache(make) for name, make in makers.items()}

    def __getitem__(self, name: ProviderName) -> Provider:
        return self._makers[name]()

    def __iter__(self) -> Iterator[ProviderName]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def _conference_providers(
    settings: Settings, vault: Vault, rooms: LocalRooms, opened: AsyncExitStack
) -> ConferenceProviders:
    """Zoom, rooms with a fixed address, and rooms on this server."""

    def zoom() -> Provider:
        from atg_adapters.zoom.provider import ZoomProvider  # noqa: PLC0415

        made = ZoomProvider(oauth_url=settings.zoom_oauth_url, api_url=settings.zoom_api_url)
        opened.push_async_callback(made.close)
        return made

    def local() -> Provider:
        from atg_adapters.local.provider import LocalProvider  # noqa: PLC0415

        return LocalProvider(settings.base_url, rooms)

    def link() -> Provider:
        from atg_adapters.link.provider import LinkProvider  # noqa: PLC0415

        return LinkProvider()

    makers = {ProviderName.ZOOM: zoom, ProviderName.LINK: link, ProviderName.LOCAL: local}
    return ConferenceProviders(providers=_ProvidersOnDemand(makers), vault=vault)


def _lease_account(lease_accounts: LeaseAccounts, opened: AsyncExitStack) -> Batcher[LeaseRequest, LeaseResult]:
    """Batches the leases of simultaneous starts; drained on shutdown."""
    batcher = Batcher(lease_accounts)
    opened.push_async_callback(batcher.drain)
    return batcher


@dataclass(frozen=True, slots=True, kw_only=True)
class _PoolLoad:
    """`PoolLoadOf` of the schedule: what is planned by all teachers, but in rooms of their own."""

    show_calendar: ShowCalendar
    conferencing_queries: ConferencingQueries
    clock: Clock

    async def __call__(self, start: datetime, end: datetime, more: Sequence[tuple[datetime, datetime]]) -> PoolLoad:
        spans = list(more)
        for event in await self.show_calendar(Viewer(id=_NOBODY, is_admin=True), start, end):
            if isinstance(event, Occurrence):
                spans += [] if event.rule.link else [(event.start, event.end)]
            elif not event.link:
                spans.append((event.start_time, event.end_time))
        demand = demand_of(spans)
        places = (await self.conferencing_queries.pool_state(self.clock())).places
        return PoolLoad(places=places, peak=demand.peak, peak_at=demand.peak_at)


def _creation_rights(open_: UnitOfWork[Pool], clock: Clock, opened: AsyncExitStack) -> CreationRights:
    rights = CreationRights(open=open_, clock=clock)
    opened.push_async_callback(rights.close)
    return rights


class Conferencing(Files):
    conferencing_queries = reading(SqlConferencingQueries)
    open_pool = unit_of_work(SqlPool, shared=True)
    open_accounts = unit_of_work(SqlAccounts)
    open_recordings = unit_of_work(SqlRecordings)
    pool_load_of = use_case(_PoolLoad)
    vault = providers.Singleton(FernetVault, Shared.settings.provided.credentials_keys)
    local_rooms = providers.Singleton(LocalRooms, derived_key("rooms"))
    conference_providers = providers.Singleton(
        _conference_providers, Shared.settings, vault, local_rooms, Shared.opened
    )
    meeting_cleanup = use_case(MeetingCleanup)
    teacher_limits = providers.Singleton(
        TeacherLimits,
        places=Shared.settings.provided.pool_per_teacher,
        starts=Shared.settings.provided.pool_starts_per_teacher,
        hours=Shared.settings.provided.lesson_max_hours,
    )
    end_lesson = use_case(EndLesson, open=open_pool)
    creation_rights = providers.Singleton(_creation_rights, open_pool, Shared.clock, Shared.opened)
    lease_accounts = use_case(LeaseAccounts, open=open_pool, early=Shared.settings.provided.start_early)
    lease_account = providers.Singleton(_lease_account, lease_accounts, Shared.opened)
    start_lesson = use_case(
        StartLesson,
        open=open_pool,
        gate=providers.Singleton(asyncio.Semaphore, _SAVES_AT_ONCE),
    )
    end_meeting = use_case(EndMeeting, open=open_pool)
    tidy_meeting = use_case(CleanUpMeeting, open=open_pool)
    handle_meeting_events = use_case(HandleMeetingEvents, open=open_pool)
    reap_leases = use_case(ReapLeases, open=open_pool)
    edit_accounts = use_case(EditAccounts, open=open_accounts)
    reseal_credentials = edit_accounts.provided.reseal
    add_external_recording = use_case(AddExternalRecording, open=open_recordings)
    copy_recordings = use_case(
        CopyRecordings, store=Files.object_store, max_bytes=Shared.settings.provided.upload_max_bytes
    )
