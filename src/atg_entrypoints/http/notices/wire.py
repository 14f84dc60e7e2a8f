"""The JSON of notices and of how people want to be told."""

from datetime import time
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.errors import Invalid
from atg_core.notices.model import Channel, Notice, QuietHours, Recipient
from atg_core.notices.settings import SettingsChange
from atg_core.notices.telegram_links import LinkingCode
from atg_core.notices.wording import NoticeWords
from atg_core.notifier import NoticeKind
from atg_entrypoints.http.wire import NO_NUL, Instant, present_fields

type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type LocalTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)", examples=["22:00"])]

_SWITCHES = ("email_notifications", "push_notifications", "weekly_report")


class NoticeRow(Struct, frozen=True, kw_only=True):
    """`headline` and `text` are in the caller's language. `link`: the console's page of the subject."""

    id: int
    kind: NoticeKind
    subject: str
    headline: str
    text: str
    link: str
    created_at: Instant
    read_at: Instant | None

    @classmethod
    def of(cls, notice: Notice, words: NoticeWords) -> "NoticeRow":
        said = words.of(notice)
        return cls(
            id=notice.id,
            kind=notice.kind,
            subject=notice.subject,
            headline=said.headline,
            text=said.text,
            link=said.path,
            created_at=Instant.of(notice.created_at),
            read_at=Instant.of(notice.read_at) if notice.read_at else None,
        )


class NoticePage(Struct, frozen=True, kw_only=True):
    """A page of the list; `unread`: how many of all are unread."""

    items: list[NoticeRow]
    total: int
    page: int
    size: int
    pages: int
    unread: int


class ReadMarks(Struct, frozen=True, kw_only=True):
    """Either `ids`, of which those of others are passed over, or `all`."""

    ids: Annotated[list[Serial], Meta(max_length=10_000)] | UnsetType = UNSET
    all: bool = False

    @property
    def notice_ids(self) -> list[int] | None:
        """None for all. Raises Invalid."""
        if self.all is (self.ids is not UNSET):
            raise Invalid("Needs exactly one of ids, all", field="ids", code="exactly_one")
        return None if self.ids is UNSET else self.ids


class Unread(Struct, frozen=True, kw_only=True):
    unread: int


class QuietHoursRow(Struct, frozen=True, kw_only=True):
    """Local times, in the time zone of the person; from an evening to a morning if `start` is later than `end`."""

    start: LocalTime
    end: LocalTime

    @classmethod
    def of(cls, hours: QuietHours) -> "QuietHoursRow":
        return cls(start=f"{hours.start:%H:%M}", end=f"{hours.end:%H:%M}")

    def hours(self) -> QuietHours:
        """Raises Invalid."""
        return QuietHours(start=time.fromisoformat(self.start), end=time.fromisoformat(self.end))


class KindRow(Struct, frozen=True, kw_only=True):
    """Whether notices of a kind are sent by mail and by Telegram."""

    kind: NoticeKind
    mail: bool
    telegram: bool


class NoticeSettingsRow(Struct, frozen=True, kw_only=True):
    """`email_notifications` and `push_notifications` (Telegram): off, nothing is sent by that channel."""

    email_notifications: bool
    push_notifications: bool
    weekly_report: bool
    quiet_hours: QuietHoursRow | None
    is_telegram_linked: bool
    kinds: list[KindRow]

    @classmethod
    def of(cls, recipient: Recipient) -> "NoticeSettingsRow":
        quiet = recipient.quiet_hours
        return cls(
            email_notifications=recipient.email_notifications,
            push_notifications=recipient.push_notifications,
            weekly_report=recipient.weekly_report,
            quiet_hours=QuietHoursRow.of(quiet) if quiet else None,
            is_telegram_linked=recipient.chat_id is not None,
            kinds=[
                KindRow(kind=kind, **{channel.value: (kind, channel) not in recipient.declined for channel in Channel})
                for kind in NoticeKind
            ],
        )


class KindChoice(Struct, frozen=True, kw_only=True):
    """Only given channels change."""

    kind: NoticeKind
    mail: bool | UnsetType = UNSET
    telegram: bool | UnsetType = UNSET


class NoticeSettingsChanges(Struct, frozen=True, kw_only=True):
    """Only given fields change. `quiet_hours`: null for never."""

    email_notifications: bool | UnsetType = UNSET
    push_notifications: bool | UnsetType = UNSET
    weekly_report: bool | UnsetType = UNSET
    quiet_hours: QuietHoursRow | None | UnsetType = UNSET
    kinds: Annotated[list[KindChoice], Meta(max_length=100)] = []

    def change(self) -> SettingsChange:
        """Raises Invalid for quiet hours without a span."""
        given, quiet = present_fields(self), self.quiet_hours
        choices = {
            (each.kind, channel): wanted
            for each in self.kinds
            for channel in Channel
            if (wanted := getattr(each, channel.value)) is not UNSET
        }
        return SettingsChange(
            choices=choices,
            switches={name: given[name] for name in _SWITCHES if name in given},
            quiet_hours=quiet.hours() if isinstance(quiet, QuietHoursRow) else None,
            sets_quiet_hours=quiet is not UNSET,
        )


class LinkingCodeRow(Struct, frozen=True, kw_only=True):
    """What the person sends to the bot: `/start` and the code. `link` opens the bot with it, if its name is known."""

    code: str
    expires_at: Instant
    link: str | None

    @classmethod
    def of(cls, made: LinkingCode, bot_name: str) -> "LinkingCodeRow":
        link = f"https://t.me/{bot_name}?start={made.code}" if bot_name else None
        return cls(code=made.code, expires_at=Instant.of(made.expires_at), link=link)


class TelegramLink(Struct, frozen=True, kw_only=True):
    """What a bot was sent behind `/start`, and by whom."""

    code: Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL)]
    telegram_id: Annotated[int, Meta(ge=1, le=2**52)]


class Linked(Struct, frozen=True, kw_only=True):
    linked: bool = True
