"""Who is told of homework by mail: its students, that it is there and what they got; the teacher, that work waits."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.homework.ports import About, Notice, Notices
from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import Jobs
from atg_core.mailing.model import Language, Mail, MailRefused, Message, Templates
from atg_core.opening import Open

ANNOUNCE_HOMEWORK = "announce_homework"
SEND_HOMEWORK_MAIL = "send_homework_mail"
_TIME = {Language.RU: "%d.%m.%Y %H:%M %Z", Language.EN: "%Y-%m-%d %H:%M %Z"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceHomework:
    """The job `announce_homework`: a mail for each student, as jobs of their own, so that one does not hold up others.

    Done again, it wants no second mail.
    """

    open: Open[Notices]
    jobs: Jobs
    clock: Clock

    async def __call__(self, arguments: Arguments) -> None:
        homework_id = int(arguments["homework"])
        async with self.open() as store:
            for student_id in await store.announce(homework_id, self.clock()):
                about = {"about": About.PUBLISHED, "key": homework_id, "student": str(student_id)}
                await self.jobs.enqueue(SEND_HOMEWORK_MAIL, about)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendHomeworkMail:
    """The job `send_homework_mail`: what is sent again has the same Message-ID."""

    open: Open[Notices]
    mail: Mail
    templates: Templates
    timezone: tzinfo

    async def __call__(self, arguments: Arguments) -> None:
        """Raises MailAway, MailDeferred. An address that is refused is left alone."""
        about, key = About(arguments["about"]), int(arguments["key"])
        student_id = UUID(arguments["student"]) if "student" in arguments else None
        async with self.open() as store:
            notice = await store.find_notice(about, key, student_id)
        if notice is None:
            return
        names = [str(name) for name in (f"homework-{about}", key, student_id) if name is not None]
        try:
            await self.mail.send(self._message(about, "-".join(names), notice))
        except MailRefused:
            return

    def _message(self, about: About, key: str, notice: Notice) -> Message:
        spoken = notice.language.partition("-")[0].lower()
        language = Language(spoken) if spoken in set(Language) else Language.RU
        values: dict[str, Any] = {
            "title": notice.title,
            "group": notice.group_name,
            "teacher": notice.teacher_name,
            "student": notice.student_name,
            "due_at": self._written(notice.due_at, language),
            "grade": notice.grade,
            "max_grade": notice.max_grade,
        }
        return self.templates.message(f"homework_{about}", language, key=key, to=notice.to, values=values)

    def _written(self, moment: datetime | None, language: Language) -> str | None:
        return moment.astimezone(self.timezone).strftime(_TIME[language]) if moment else None
