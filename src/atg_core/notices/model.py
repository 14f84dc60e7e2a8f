"""Notices, their channels, and who gets them when (spec: identity, email_notifications and weekly_report)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from atg_core.errors import Invalid
from atg_core.notifier import NoticeKind
from atg_core.words import Language

LISTED_KINDS = frozenset(NoticeKind) - {NoticeKind.WEEKLY_REPORT}
"""Those of the list in the console: the weekly report is a message alone."""
COURSE_KINDS = frozenset(kind for kind in NoticeKind if kind.startswith("course_"))
MORE_THAN_MAILED = 20
"""Of more notices in one message the number alone is told."""


class Channel(StrEnum):
    """By which a notice is sent, beside the list in the console, which has them all."""

    MAIL = "mail"
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Local times between which nothing is sent; from an evening to a morning if `start` is later than `end`."""

    start: time
    end: time

    def __post_init__(self) -> None:
        """Raises Invalid for hours without beginning and end."""
        if self.start == self.end:
            raise Invalid("must not begin when they end", field="quiet_hours", code="no_span")

    def end_of(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When the quiet hours end in which `now` is; None outside of them."""
        local = now.astimezone(zone)
        clock = local.time()
        has_begun, is_over = clock >= self.start, clock >= self.end
        if not (has_begun and not is_over if self.start < self.end else has_begun or not is_over):
            return None
        day = local.date() if not is_over else local.date() + timedelta(days=1)
        end = datetime.combine(day, self.end, zone).astimezone(UTC)
        return end if end > now else None  # where the clocks were just set back


DEFAULT_QUIET_HOURS = QuietHours(start=time(22), end=time(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a person was told. `details`: facts by name, moments as ISO 8601 in UTC under names that end with `_at`."""

    id: int
    user_id: UUID
    kind: NoticeKind
    subject: str
    occasion: datetime
    title: str
    details: Mapping[str, str | None]
    created_at: datetime
    read_at: datetime | None = None

    @property
    def subject_key(self) -> str:
        """Of the subject, without the word before the colon."""
        return self.subject.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """How a person wants to be told.

    `email`: None where there is none. `zone`: None for that of the settings. `chat_id`: of the Telegram account that is
    linked. `declined`: the choices against a channel, by kind.
    """

    user_id: UUID
    email: str | None
    language: Language
    zone: tzinfo | None = None
    quiet_hours: QuietHours | None = DEFAULT_QUIET_HOURS
    chat_id: int | None = None
    email_notifications: bool = True
    push_notifications: bool = True
    weekly_report: bool = False
    declined: frozenset[tuple[NoticeKind, Channel]] = field(default_factory=frozenset)

    def channels(self, kind: NoticeKind) -> tuple[Channel, ...]:
        """Those by which a notice of this kind is sent."""
        if kind is NoticeKind.WEEKLY_REPORT and not self.weekly_report:
            return ()
        open_to = {
            Channel.MAIL: self.email is not None and self.email_notifications,
            Channel.TELEGRAM: self.chat_id is not None and self.push_notifications,
        }
        return tuple(each for each in Channel if open_to[each] and (kind, each) not in self.declined)

    def quiet_until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """The end of the quiet hours; None outside of them. `zone`: that of the settings."""
        return self.quiet_hours.end_of(now, self.zone or zone) if self.quiet_hours else None
