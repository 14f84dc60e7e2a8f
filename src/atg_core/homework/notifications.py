"""Mails about homework: published and graded (to students), waiting for grading (to the teacher)."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.homework.ports import Notification, NotificationKind, NotificationStore
from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import JobQueue
from atg_core.mailing.model import Mailer, MailRefused, MailTemplates, Message
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import Language

ANNOUNCE_HOMEWORK = "announce_homework"
SEND_HOMEWORK_MAIL = "send_homework_mail"
_TIME_FORMAT = {Language.RU: "%d.%m.%Y %H:%M %Z", Language.EN: "%Y-%m-%d %H:%M %Z"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceHomework:
    """The job `announce_homework`: enqueues one mail job for each student, so that a failing mailbox delays no other.

    Idempotent.
    """

    open: UnitOfWork[NotificationStore]
    jobs: JobQueue
    clock: Clock

    async def __call__(self, arguments: Arguments) -> None:
        homework_id = int(arguments["homework"])
        async with self.open() as store:
            for student_id in await store.claim_recipients(homework_id, self.clock()):
                job = {"about": NotificationKind.PUBLISHED, "key": homework_id, "student": str(student_id)}
                await self.jobs.enqueue(SEND_HOMEWORK_MAIL, job)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendHomeworkMail:
    """The job `send_homework_mail`: sends one mail; a repeated one has the same Message-ID."""

    open: UnitOfWork[NotificationStore]
    mailer: Mailer
    templates: MailTemplates
    timezone: tzinfo

    async def __call__(self, arguments: Arguments) -> None:
        """Raises MailAway, MailDeferred. Gives up on an address that the server refuses."""
        kind, key = NotificationKind(arguments["about"]), int(arguments["key"])
        student_id = UUID(arguments["student"]) if "student" in arguments else None
        async with self.open() as store:
            notification = await store.find_notification(kind, key, student_id)
        if notification is None:
            return
        names = [str(name) for name in (f"homework-{kind}", key, student_id) if name is not None]
        try:
            await self.mailer.send(self._message(kind, "-".join(names), notification))
        except MailRefused:
            return

    def _message(self, kind: NotificationKind, key: str, notification: Notification) -> Message:
        primary = notification.language.partition("-")[0].lower()
        language = Language(primary) if primary in set(Language) else Language.RU
        values: dict[str, Any] = {
            "title": notification.title,
            "group": notification.group_name,
            "teacher": notification.teacher_name,
            "student": notification.student_name,
            "due_at": self._formatted(notification.due_at, language),
            "grade": notification.grade,
            "max_grade": notification.max_grade,
        }
        return self.templates.message(f"homework_{kind}", language, key=key, to=notification.to, values=values)

    def _formatted(self, moment: datetime | None, language: Language) -> str | None:
        return moment.astimezone(self.timezone).strftime(_TIME_FORMAT[language]) if moment else None
