"""The SMTP mailer against a real SMTP server with faults."""

import ssl
import subprocess
import time
import traceback
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from atg_adapters.smtp.mailer import SmtpMailer
from atg_core.mailing.model import MailAway, MailDeferred, MailRefused
from atg_entrypoints.mail_settings import smtp_server
from tests.conftest import optional
from tests.contracts.mailer import NOW, SENDER, Arrived, MailerContract, message
from tests.integration.running import free_port
from tests.smtp import DROP, HANG, SmtpServer, Step

LOGIN = ("anna@atg.example", "hunter2 ж/%")
URL_LOGIN = ("anna%40atg.example", "hunter2%20%D0%B6%2F%25")


class Certified(NamedTuple):
    """A certificate for 127.0.0.1, and clients that trust it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    try:
        subprocess.run([*make, *named, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    except FileNotFoundError:
        optional("openssl", "there is no openssl to make a certificate with")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return Certified(server, ssl.create_default_context(cafile=certificate))


def mail_to(url: str, *, seconds: float = 5, trusted: ssl.SSLContext | None = None) -> SmtpMailer:
    to = smtp_server(url)
    return SmtpMailer(
        host=to.host,
        port=to.port,
        username=to.username,
        password=to.password,
        implicit_tls=to.implicit_tls,
        starttls=to.starttls,
        sender=SENDER,
        clock=lambda: NOW,
        seconds=seconds,
        tls_context=trusted,
    )


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


class TestSmtpMail(MailerContract):
    @pytest.fixture
    def mailer(self, server: SmtpServer) -> SmtpMailer:
        return mail_to(server.url)

    @pytest.fixture
    def arrived(self, server: SmtpServer) -> Arrived:
        return lambda: [received.message for received in server.received]


async def test_each_message_is_a_conversation_that_ends_well(server: SmtpServer) -> None:
    await mail_to(server.url).send(message())
    assert server.steps == ["connect", "mail", "rcpt", "data", "body", "accepted", "quit"]
    (received,) = server.received
    assert (received.sender, received.recipient) == (SENDER.address, "anna@example.org")


@pytest.mark.parametrize("implicit", [False, True])
async def test_a_password_goes_over_tls(certified: Certified, implicit: bool) -> None:
    with SmtpServer(tls=certified.server, implicit=implicit, login=LOGIN) as server:
        url = server.url_of(*URL_LOGIN) + ("" if implicit else "?starttls=required")
        await mail_to(url, trusted=certified.client).send(message())
    assert [(received.login, received.encrypted) for received in server.received] == [(LOGIN[0], True)]


async def test_starttls_is_used_where_it_is_offered(certified: Certified) -> None:
    with SmtpServer(tls=certified.server) as server:
        await mail_to(server.url, trusted=certified.client).send(message())
        await mail_to(f"{server.url}?starttls=never").send(message())
    assert [received.encrypted for received in server.received] == [True, False]


async def test_without_tls_where_it_is_required_nothing_is_said(server: SmtpServer) -> None:
    with pytest.raises(MailAway, match="STARTTLS"):
        await mail_to(f"{server.url_of(*URL_LOGIN)}?starttls=required").send(message())
    assert server.steps == ["connect"]


@pytest.mark.parametrize("implicit", [False, True])
async def test_a_certificate_that_nobody_knows_is_not_believed(certified: Certified, implicit: bool) -> None:
    with (
        SmtpServer(tls=certified.server, implicit=implicit, login=LOGIN) as server,
        pytest.raises(MailAway, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        await mail_to(server.url_of(*URL_LOGIN)).send(message())
    assert server.received == []
    assert "mail" not in server.steps


async def test_a_password_may_go_in_the_clear_within_this_machine() -> None:
    with SmtpServer(login=LOGIN) as server:
        await mail_to(server.url_of(*URL_LOGIN)).send(message())
    assert [received.login for received in server.received] == [LOGIN[0]]


async def test_a_wrong_password_is_an_outage_that_does_not_tell_it(certified: Certified) -> None:
    with SmtpServer(tls=certified.server, login=(LOGIN[0], "another")) as server:
        mailer = mail_to(server.url_of(*URL_LOGIN), trusted=certified.client)
        with pytest.raises(MailAway, match="535") as refused:
            await mailer.send(message())
    assert "hunter" not in "".join(traceback.format_exception(refused.value))
    assert server.received == []


@pytest.mark.parametrize(
    ("step", "answer", "kind"),
    [
        ("connect", "421 4.3.2 closing", MailAway),
        ("connect", "554 5.7.1 go away", MailAway),
        ("mail", "451 4.3.0 later", MailAway),
        ("mail", "550 5.7.1 not you", MailAway),
        ("rcpt", "421 4.3.2 closing", MailAway),
        ("rcpt", "450 4.2.1 busy", MailDeferred),
        ("rcpt", "452 4.2.2 full", MailDeferred),
        ("rcpt", "530 5.7.0 sign in", MailAway),
        ("rcpt", "550 5.1.1 nobody", MailRefused),
        ("data", "421 4.3.2 closing", MailAway),
        ("data", "451 4.3.0 later", MailDeferred),
        ("data", "554 5.5.1 no", MailRefused),
        ("body", "421 4.3.2 closing", MailAway),
        ("body", "451 4.7.1 greylisted", MailDeferred),
        ("body", "554 5.6.0 spam", MailRefused),
        ("rcpt", "nonsense", MailAway),
        ("body", "250", None),
    ],
)
async def test_what_a_server_refuses_is_told_by_whom_it_is_about(
    server: SmtpServer, step: Step, answer: str, kind: type[Exception] | None
) -> None:
    server.answers[step] = answer
    if kind is None:
        await mail_to(server.url).send(message())
        return
    with pytest.raises(kind) as refused:
        await mail_to(server.url).send(message())
    assert type(refused.value) is kind
    assert server.received == []
    server.answers.clear()
    await mail_to(server.url).send(message())
    assert len(server.received) == 1


@pytest.mark.parametrize("step", ["connect", "mail", "rcpt", "data", "body", "accepted"])
@pytest.mark.parametrize("answer", [HANG, DROP])
async def test_a_server_that_falls_silent_or_goes_is_away(server: SmtpServer, step: Step, answer: str) -> None:
    server.answers[step] = answer
    with pytest.raises(MailAway):
        await mail_to(server.url, seconds=1 if step == "accepted" else 0.15).send(message())
    assert len(server.received) == (step == "accepted")


@pytest.mark.parametrize("answer", [DROP, "421 4.3.2 closing", "500 what"])
async def test_what_is_accepted_is_sent_however_the_conversation_ends(server: SmtpServer, answer: str) -> None:
    server.answers["quit"] = answer
    await mail_to(server.url).send(message())
    assert len(server.received) == 1


async def test_a_server_that_does_not_say_goodbye_is_not_waited_for(
    server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atg_adapters.smtp.mailer._GOODBYE_SECONDS", 0.05)
    server.answers["quit"] = HANG
    await mail_to(server.url, seconds=5).send(message())
    assert len(server.received) == 1


async def test_an_answer_that_never_ends_is_cut_off(server: SmtpServer) -> None:
    """The whole conversation has its time, not each step of it."""
    slow = mail_to(server.url, seconds=0.3)
    server.hook = lambda _step: time.sleep(0.12)
    with pytest.raises(MailAway, match=r"0\.3 seconds"):
        await slow.send(message())
    assert server.received == []


async def test_where_nobody_listens_mail_is_away() -> None:
    with pytest.raises(MailAway, match=r"127\.0\.0\.1"):
        await mail_to(f"smtp://127.0.0.1:{free_port()}").send(message())


async def test_a_host_that_is_none_is_away() -> None:
    with pytest.raises(MailAway):
        await mail_to(f"smtp://{'a' * 70}.example").send(message())


async def test_an_address_beyond_ascii_is_refused_by_a_server_that_does_not_know_them() -> None:
    with SmtpServer(utf8=False) as server:
        with pytest.raises(MailRefused):
            await mail_to(server.url).send(message(to="анна@example.org"))
        await mail_to(server.url).send(message(to="anna@пример.рф"))
    assert [received.recipient for received in server.received] == ["anna@xn--e1afmkfd.xn--p1ai"]


@pytest.mark.parametrize("step", ["rcpt", "body"])
async def test_what_a_server_repeats_of_a_message_is_not_told(server: SmtpServer, step: Step) -> None:
    server.answers[step] = "550 5.7.1 <anna@example.org> looks like spam: http://atg.example/confirm?token=abc"
    with pytest.raises(MailRefused, match=r":\d+: 550 5\.7\.1 \(\w+\)$") as refused:
        await mail_to(server.url).send(message())
    told = "".join(traceback.format_exception(refused.value))
    assert not [word for word in ("anna", "spam", "token") if word in told]
