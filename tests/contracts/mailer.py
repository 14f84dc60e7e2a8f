"""Contract of `Mailer`, with messages that are hard to encode."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from atg_core.mailing.addresses import Sender
from atg_core.mailing.model import Mailer, MailRefused, Message

SENDER = Sender("Портал", "no-reply@atg.example")
NOW = datetime(2026, 3, 9, 12, 0, 1, 250_000, tzinfo=UTC)

TEXT = "Здравствуйте!\n\n.точка\n..две\n.\n" + "длинная строка " * 200 + '\nFrom here = 100% "quoted"\n\tend\n'
HTML = f"<p title=\"кавычки\">Код &amp; 'ссылка'</p>\n.\n<p>{'x' * 3000}</p>\n"

type Arrived = Callable[[], list[EmailMessage]]


def message(key: str = "promo-1", *, to: str = "anna@example.org", subject: str = "Ваш код") -> Message:
    return Message(key=key, to=to, subject=subject, text=TEXT, html=HTML)


def part(of: EmailMessage, kind: str) -> str:
    body = of.get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content.replace("\r\n", "\n")


class MailerContract:
    """Run by every adapter: the fixture `mailer` is from SENDER at NOW, `arrived` gives what it has taken, in order."""

    async def test_what_is_sent_arrives_as_it_was(self, mailer: Mailer, arrived: Arrived) -> None:
        await mailer.send(message(subject='Ваш код: "ABC", длинная тема письма, которая не поместится в одну строку'))
        (letter,) = arrived()
        assert letter["To"] == "anna@example.org"
        assert letter["From"].addresses[0].display_name == SENDER.name
        assert letter["From"].addresses[0].addr_spec == SENDER.address
        assert letter["Subject"] == 'Ваш код: "ABC", длинная тема письма, которая не поместится в одну строку'
        assert letter["Date"].datetime == NOW.replace(microsecond=0)
        assert letter["Auto-Submitted"] == "auto-generated"
        assert letter.get_content_type() == "multipart/alternative"
        assert (part(letter, "plain"), part(letter, "html")) == (TEXT, HTML)

    async def test_the_same_message_has_the_same_id_and_another_has_another(
        self, mailer: Mailer, arrived: Arrived
    ) -> None:
        for key in ("promo-1", "promo-1", "promo-2"):
            await mailer.send(message(key))
        assert {letter["Message-ID"] for letter in arrived()} == {"<promo-1@atg.example>", "<promo-2@atg.example>"}

    @pytest.mark.parametrize("key", ["../../etc/passwd", "a b\r\nBcc: eve@example.org", "ключ", "k" * 300])
    async def test_any_key_will_do(self, mailer: Mailer, arrived: Arrived, key: str) -> None:
        await mailer.send(message(key))
        await mailer.send(message(key))
        letters = arrived()
        assert len({letter["Message-ID"] for letter in letters}) == 1
        assert letters[0]["Bcc"] is None

    async def test_an_address_may_have_letters_of_any_language(self, mailer: Mailer, arrived: Arrived) -> None:
        await mailer.send(message("1", to="anna@пример.рф"))
        await mailer.send(message("2", to="анна@straße.example"))
        assert [letter["To"] for letter in arrived()] == [
            "anna@xn--e1afmkfd.xn--p1ai",
            "анна@xn--strae-oqa.example",
        ]

    @pytest.mark.parametrize(
        "to",
        [
            "",
            "anna",
            "@example.org",
            "anna@",
            "anna@exa mple.org",
            "anna@example.org\r\nBcc: eve@example.org",
            "anna@example.org, eve@example.org",
            "Anna <anna@example.org>",
            '"anna b"@example.org',
            "anna@[127.0.0.1]",
            "anna@пример..рф",
            "a" * 65 + "@example.org",
            "anna@" + "a." * 130 + "org",
        ],
    )
    async def test_what_is_no_address_is_refused(self, mailer: Mailer, arrived: Arrived, to: str) -> None:
        with pytest.raises(MailRefused) as refused:
            await mailer.send(message(to=to))
        assert not to or to not in str(refused.value)
        assert arrived() == []
