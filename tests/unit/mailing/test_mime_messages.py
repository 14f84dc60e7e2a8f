"""MIME encoding of messages."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtplib.email import quote_address
from hypothesis import example, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from atg_adapters.mime.messages import deliverable, mime_message, one_line
from atg_core.mailing.addresses import Sender, is_address
from atg_core.mailing.model import MailRefused
from tests.contracts.mailer import NOW, SENDER, message
from tests.examples import examples

HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
BREAKING = st.text(alphabet='ab =?utf-8qBcc:@\r\n\x00\x0b\x85\u2028Ж.,"<>', max_size=200)


@given(subject=st.text(max_size=200) | BREAKING, to=st.sampled_from(["anna@example.org", "анна@example.org"]))
@example(subject="код\r\nBcc: eve@example.org", to="anna@example.org")
@example(subject="код\n\n<script>", to="анна@example.org")
@example(subject="=?utf-8?q?x=0D=0ABcc:_eve@example.org?=", to="anna@example.org")
@hypothesis(max_examples=examples(60), deadline=None)
def test_a_subject_stays_a_subject(subject: str, to: str) -> None:
    content = mime_message(message(subject=subject, to=to), SENDER, NOW).as_bytes()
    letter = message_from_bytes(content, policy=default)
    assert letter.keys() == HEADERS
    assert letter["Subject"] == one_line(subject)
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))


@given(to=st.text(max_size=60) | BREAKING | st.emails())
@example(to="anna@example.org\nBcc: eve@example.org")
@hypothesis(max_examples=examples(100), deadline=None)
def test_an_address_stays_an_address_or_is_refused(to: str) -> None:
    try:
        letter = mime_message(message(to=to), SENDER, NOW)
    except MailRefused:
        return
    parsed = message_from_bytes(letter.as_bytes(), policy=default)
    assert parsed.keys() == HEADERS
    assert [address.addr_spec for address in parsed["To"].addresses] == [letter.recipient]
    assert quote_address(letter.recipient) == f"<{letter.recipient}>"


@given(key=st.text(max_size=120))
@hypothesis(max_examples=examples(60), deadline=None)
def test_a_key_stays_within_the_message_id(key: str) -> None:
    first, again = (mime_message(message(key), SENDER, NOW).as_bytes() for _ in range(2))
    parsed = message_from_bytes(first, policy=default)
    assert parsed.keys() == HEADERS
    assert parsed["Message-ID"] == message_from_bytes(again, policy=default)["Message-ID"]


def test_what_is_sent_is_ascii_wherever_the_address_is() -> None:
    """Servers that know no extension take it as well."""
    letter = mime_message(message(), Sender("АТГ", "no-reply@atg.example"), NOW)
    assert letter.as_bytes().isascii()
    assert not letter.needs_utf8
    assert mime_message(message(to="анна@example.org"), SENDER, NOW).needs_utf8


def test_a_text_keeps_what_any_line_has() -> None:
    lines = ["", ".", "..", "From me", "=", "==3D", "\ttab ", "x" * 5000, "ж" * 5000, "🙂", "last"]
    letter = mime_message(replace(message(), text="\n".join(lines) + "\n"), SENDER, NOW)
    body = message_from_bytes(letter.as_bytes(), policy=default).get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").split("\n") == [*lines, ""]


@pytest.mark.parametrize(
    ("address", "as_dns_knows_it"),
    [
        ("o'neil+atg@Example.org", "o'neil+atg@Example.org"),
        ("anna@ПРИМЕР.рф", "anna@xn--e1afmkfd.xn--p1ai"),
        ("anna@faß.de", "anna@xn--fa-hia.de"),
        ("a@localhost", "a@localhost"),
    ],
)
def test_a_domain_is_sent_as_dns_knows_it(address: str, as_dns_knows_it: str) -> None:
    assert deliverable(address) == as_dns_knows_it


@pytest.mark.parametrize(
    "text", ["a..b@example.org", ".a@example.org", "a@-b.org", "a@b_c.org", "a@b.org.", "a@b@c.org"]
)
def test_what_smtp_would_not_take_is_no_address(text: str) -> None:
    assert not is_address(text)


def test_a_sender_is_a_name_and_an_address() -> None:
    assert Sender.of('"АТГ, центр" <no-reply@atg.example>') == Sender("АТГ, центр", "no-reply@atg.example")
    assert Sender.of("no-reply@atg.example") == Sender("", "no-reply@atg.example")
    for wrong in ("", "ATG", "ATG <>", "<a@b.org", "a@b.org, c@d.org", "ATG\r\nBcc: x <a@b.org>", "A <a@b.org> B"):
        with pytest.raises(ValueError):
            Sender.of(wrong)
