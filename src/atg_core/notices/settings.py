"""A person's own choices: by which channels each kind of notices is sent, and when not."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from atg_core.clock import Clock
from atg_core.notices.model import Channel, QuietHours, Recipient
from atg_core.notices.ports import NoticeSettings
from atg_core.notifier import NoticeKind
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChange:
    """Only what is given changes. `sets_quiet_hours`: also to None, which is never.

    `switches`: of the profile, by name (`email_notifications`, `push_notifications`, `weekly_report`).
    """

    choices: Mapping[tuple[NoticeKind, Channel], bool]
    switches: Mapping[str, bool]
    quiet_hours: QuietHours | None = None
    sets_quiet_hours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditNoticeSettings:
    """Raises RecipientNotFound."""

    open: UnitOfWork[NoticeSettings]
    clock: Clock

    async def show(self, user_id: UUID) -> Recipient:
        async with self.open() as store:
            return await store.recipient(user_id)

    async def change(self, user_id: UUID, change: SettingsChange) -> Recipient:
        async with self.open() as store:
            await store.recipient(user_id)
            if change.switches:
                await store.put_switches(user_id, change.switches, self.clock())
            if change.choices:
                await store.put_choices(user_id, change.choices)
            if change.sets_quiet_hours:
                await store.put_quiet_hours(user_id, change.quiet_hours)
            return await store.recipient(user_id)
