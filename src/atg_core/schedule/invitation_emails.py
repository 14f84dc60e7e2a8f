"""The mail of an invitation. Its words are ours: nothing of the teacher's but two names, as plain text."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from atg_core.clock import Clock
from atg_core.jobs.model import Arguments
from atg_core.mailing.model import Mailer, MailRefused, MailTemplates, Message
from atg_core.schedule.invitations import A_MONTH, InvitationQueries, InvitationTokens, ReceivedInvitation
from atg_core.words import Language

LONGEST_NAME = 60
MAX_MAILS_TO_EMAIL = 5
"""Invitations that are mailed to one email in a month, however many teachers invite it; none of them is told."""

_ADDRESS = re.compile(r"\S*(?:@|://|www\.|[\w-]{2,}\.\w{2,}|\w\.\w+/)\S*", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\w\s.,()«»„“”\"'’№&+-]|_")
_INNER_DOT = re.compile(r"\.(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SendInvitation:
    """The job `send_invitation`; a resent message is identical. Skips invitations that are no longer open.

    It does not look for an account, so that the mail is the same; its language is the teacher's.
    """

    invitation_queries: InvitationQueries
    invitation_tokens: InvitationTokens
    mailer: Mailer
    templates: MailTemplates
    base_url: str
    clock: Clock

    async def __call__(self, arguments: Arguments) -> None:
        """Raises MailAway, MailDeferred. Gives up on an address that the server refuses."""
        invitation = await self.invitation_queries.find(UUID(arguments["invitation"]), self.clock())
        if invitation is None or invitation.mailed_at is None:
            return
        if await self.invitation_queries.mails_before(invitation, self.clock() - A_MONTH) >= MAX_MAILS_TO_EMAIL:
            return
        try:
            await self.mailer.send(self._message(invitation))
        except MailRefused:
            return

    def _message(self, invitation: ReceivedInvitation) -> Message:
        primary = invitation.language.partition("-")[0].lower()
        language = Language(primary) if primary in set(Language) else Language.RU
        token = self.invitation_tokens.token(invitation.id)
        values: dict[str, Any] = {
            "group": plain_name(invitation.group_name),
            "teacher": plain_name(invitation.teacher_name),
            "link": f"{self.base_url}/invitations/answer?{urlencode({'token': token})}",
        }
        key = f"invitation-{invitation.id}-{int(invitation.mailed_at.timestamp())}" if invitation.mailed_at else ""
        return self.templates.message("invitation", language, key=key, to=invitation.email, values=values)


def plain_name(text: str) -> str:
    """A name as a mail to a stranger may carry it: one line, no addresses, nothing that a mail client links."""
    text = _ADDRESS.sub(" ", unicodedata.normalize("NFC", text))
    text = _INNER_DOT.sub(". ", _UNSAFE.sub(" ", text))
    return " ".join(text.split())[:LONGEST_NAME].strip()
