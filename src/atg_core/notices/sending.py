"""Sending the notices of one person by one channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.jobs.model import Arguments
from atg_core.mailing.model import Mailer, MailRefused, MailTemplates
from atg_core.notices.model import COURSE_KINDS, MORE_THAN_MAILED, Channel, Notice, Recipient
from atg_core.notices.ports import DeliveryStore, FactQueries, NoticeSettings, OpenCourse
from atg_core.notices.unsubscribing import UnsubscribeLinks
from atg_core.notices.wording import NoticeWords
from atg_core.notifier import NoticeKind
from atg_core.telegram.model import MAX_CHARACTERS, Telegram, TelegramRefused
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import Words, phrase

_LIST = "/app/notices"
_WHILE_OPEN = {NoticeKind.COURSE_ASSIGNED, NoticeKind.COURSE_REMINDER}
"""What is true of a course until it is completed, whatever its due date."""
_MORE = phrase("And {count} more notices: {link}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueNotices:
    """Leaves out what is no longer true, and of several notices of one kind and subject all but the newest."""

    fact_queries: FactQueries
    clock: Clock

    async def __call__(self, user_id: UUID, notices: Sequence[Notice]) -> list[Notice]:
        newest = {(each.kind, each.subject): each for each in notices}
        kinds = {kind for kind, _ in newest}
        true = list(newest.values())
        if kinds & COURSE_KINDS:
            courses = {each.course_id.hex: each for each in await self.fact_queries.open_courses(user_id)}
            true = [each for each in true if self._is_due(each, courses.get(each.subject_key))]
        if NoticeKind.TEAM_OVERDUE in kinds:
            overdue = await self.fact_queries.overdue_of_team(user_id, self.clock())
            true = [each for each in true if each.kind is not NoticeKind.TEAM_OVERDUE or each.subject in overdue]
        if NoticeKind.HOMEWORK_PUBLISHED in kinds:
            there = await self.fact_queries.open_homework(user_id, _numbers(true, NoticeKind.HOMEWORK_PUBLISHED))
            true = _only(true, NoticeKind.HOMEWORK_PUBLISHED, there)
        if NoticeKind.HOMEWORK_WAITING in kinds:
            waiting = await self.fact_queries.waiting_submissions(_numbers(true, NoticeKind.HOMEWORK_WAITING))
            true = _only(true, NoticeKind.HOMEWORK_WAITING, waiting)
        return true

    def _is_due(self, notice: Notice, course: OpenCourse | None) -> bool:
        if notice.kind not in COURSE_KINDS:
            return True
        if course is None or notice.kind in _WHILE_OPEN:
            return course is not None
        is_late = notice.kind is NoticeKind.COURSE_OVERDUE
        return course.due_at == notice.occasion and (notice.occasion <= self.clock()) is is_late


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNotices:
    """The job `send_notices`; what was sent is not sent again, however often it runs.

    A worker that dies between sending and noting that sends a second copy, as mail with the same Message-ID.
    `base_url`: of the console.
    """

    open: UnitOfWork[DeliveryStore]
    open_settings: UnitOfWork[NoticeSettings]
    fact_queries: FactQueries
    true_notices: TrueNotices
    mailer: Mailer
    telegram: Telegram
    templates: MailTemplates
    words: Words
    unsubscribe_links: UnsubscribeLinks
    base_url: str
    timezone: tzinfo
    clock: Clock

    async def __call__(self, arguments: Arguments) -> None:
        """Raises MailAway, MailDeferred, TelegramAway. Gives up on an address or chat that is refused."""
        user_id, channel, ids = UUID(arguments["user"]), Channel(arguments["channel"]), arguments["notices"]
        async with self.open() as store:
            notices = await store.unsent(channel, ids)
            recipients = await store.recipients([user_id])
        wanted = [each for each in notices if any(channel in who.channels(each.kind) for who in recipients)]
        true = await self.true_notices(user_id, wanted)
        if true:
            [recipient] = recipients
            key = f"notices-{min(ids)}"
            await (self._mail if channel is Channel.MAIL else self._telegram)(recipient, key, true)
        async with self.open() as store:
            await store.note_sent(channel, ids, self.clock())

    async def _mail(self, recipient: Recipient, key: str, notices: Sequence[Notice]) -> None:
        values = await self._values(recipient, notices)
        if values is None:
            return
        kinds = {each.kind for each in notices}
        name = "weekly_report" if kinds == {NoticeKind.WEEKLY_REPORT} else "notices"
        link = self.unsubscribe_links.link(recipient.user_id, kinds)
        message = self.templates.message(
            name,
            recipient.language,
            key=key,
            to=recipient.email or "",
            values={**values, "unsubscribe": link},
            unsubscribe=link,
        )
        try:
            await self.mailer.send(message)
        except MailRefused:
            return

    async def _telegram(self, recipient: Recipient, _key: str, notices: Sequence[Notice]) -> None:
        values = await self._values(recipient, notices)
        if values is None:
            return
        told = [*values["notices"], *values["week"]]
        parts = ["\n".join([each["headline"], *each["lines"], each["link"]]) for each in told]
        if values["more"]:
            parts.append(self.words.text(_MORE, recipient.language, count=values["more"], link=values["list_link"]))
        try:
            await self.telegram.send_message(recipient.chat_id or 0, "\n\n".join(parts)[:MAX_CHARACTERS])
        except TelegramRefused:  # the bot was blocked
            async with self.open_settings() as settings:
                await settings.unlink(recipient.user_id)

    async def _values(self, recipient: Recipient, notices: Sequence[Notice]) -> dict[str, Any] | None:
        """What templates are given; None where there is nothing to say of a week."""
        said = NoticeWords(self.words, recipient.language, recipient.zone or self.timezone)
        plain = [each for each in notices if each.kind is not NoticeKind.WEEKLY_REPORT]
        week: list[dict[str, Any]] = []
        if len(plain) < len(notices):
            courses = await self.fact_queries.open_courses(recipient.user_id)
            week = [self._course(said, each) for each in courses[:MORE_THAN_MAILED]]
            if not (week or plain):
                return None
        shown = plain[:MORE_THAN_MAILED]
        told = [said.of(each) for each in shown]
        return {
            "notices": [
                {"headline": each.headline, "lines": each.lines, "link": f"{self.base_url}{each.path}"} for each in told
            ],
            "more": len(plain) - len(shown),
            "week": week,
            "list_link": f"{self.base_url}{_LIST}",
            "settings_link": f"{self.base_url}{_LIST}/settings",
        }

    def _course(self, said: NoticeWords, course: OpenCourse) -> dict[str, Any]:
        """A course of the weekly report."""
        lines = [said.words.text(phrase("{percent} % done."), said.language, percent=course.progress_percent)]
        if course.due_at:
            template = phrase("It was due on {due_at}.") if course.due_at <= self.clock() else _DUE
            lines.append(said.words.text(template, said.language, due_at=said.moment(course.due_at)))
        link = f"{self.base_url}/app/courses/{course.course_id}"
        return {"headline": course.title, "lines": lines, "link": link}


_DUE = phrase("It is due on {due_at}.")


def _numbers(notices: Sequence[Notice], kind: NoticeKind) -> list[int]:
    return [int(each.subject_key) for each in notices if each.kind is kind]


def _only(notices: Sequence[Notice], kind: NoticeKind, numbers: set[int]) -> list[Notice]:
    return [each for each in notices if each.kind is not kind or int(each.subject_key) in numbers]
