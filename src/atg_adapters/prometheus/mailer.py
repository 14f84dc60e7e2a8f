"""Mail that was sent, and mail that was not."""

from prometheus_client import Counter

from atg_core.mailing.model import MailAway, MailDeferred, Mailer, MailRefused, Message

_SENT = Counter("atg_mail_sent_total", "Messages that the mail server has taken.")
_FAILED = Counter(
    "atg_mail_failed_total",
    "Messages that it has not taken: it is away, takes none for the address now (deferred), or never (refused).",
    ("reason",),
)
_REASONS: dict[type[Exception], str] = {MailAway: "away", MailDeferred: "deferred", MailRefused: "refused"}
for _reason in _REASONS.values():  # so that each series exists
    _FAILED.labels(_reason)


class CountingMailer:
    """`Mailer` that counts what another one sends."""

    def __init__(self, mailer: Mailer) -> None:
        self.mailer = mailer

    async def send(self, message: Message) -> None:
        """`Mailer.send`."""
        try:
            await self.mailer.send(message)
        except (MailAway, MailDeferred, MailRefused) as error:
            _FAILED.labels(_REASONS[type(error)]).inc()
            raise
        _SENT.inc()
