"""ATG_SMTP_URL, the sender, and the choice of the mailer."""

from pathlib import Path

import pytest
from msgspec import structs

from atg_adapters.memory.mailer import MemoryMailer
from atg_adapters.outbox.mailer import OutboxMailer
from atg_adapters.smtp.mailer import SmtpMailer
from atg_core.mailing.addresses import Sender
from atg_core.words import Language
from atg_entrypoints.container import create_container
from atg_entrypoints.environment import read_settings
from atg_entrypoints.mail_settings import smtp_server
from atg_entrypoints.settings import Settings
from atg_entrypoints.settings_checks import SettingsError
from tests.conftest import SECRET

PASSWORD = "hunter2"


def read(tmp_path: Path, **values: str) -> Settings:
    given = {"ATG_SECRET_KEY": SECRET, "ATG_DATABASE_URL": "memory://", **values}
    return read_settings(given, dotenv=tmp_path / ".env")


@pytest.mark.parametrize(
    ("url", "port", "implicit_tls", "starttls"),
    [
        ("smtp://mail.example", 587, False, None),
        ("smtp://mail.example:25/", 25, False, None),
        ("smtp://mail.example?starttls=required", 587, False, True),
        ("smtp://mail.example?starttls=never", 587, False, False),
        ("smtp://anna:hunter2@mail.example", 587, False, True),
        ("smtp://anna:hunter2@localhost", 587, False, None),
        ("smtp://anna:hunter2@127.0.0.1:1025?starttls=never", 1025, False, False),
        ("smtp://anna:hunter2@[::1]?starttls=required", 587, False, True),
        ("smtps://anna:hunter2@mail.example", 465, True, False),
    ],
)
def test_a_password_goes_to_another_machine_over_tls_alone(
    url: str, port: int, implicit_tls: bool, starttls: bool | None
) -> None:
    server = smtp_server(url)
    assert (server.port, server.implicit_tls, server.starttls) == (port, implicit_tls, starttls)
    assert PASSWORD not in repr(server)


def test_what_is_written_as_xx_in_a_url_is_meant_as_it_is() -> None:
    server = smtp_server("smtps://anna%40atg.example:a%2Fb%25%D0%B6@mail.example")
    assert (server.username, server.password) == ("anna@atg.example", "a/b%ж")


@pytest.mark.parametrize(
    "url",
    [
        "mail.example:25",
        "http://anna:hunter2@mail.example",
        "smtp://",
        "smtp://anna:hunter2@",
        "smtp://anna:hunter2@:25",
        "smtp://anna:hunter2/x@mail.example",
        "smtp://anna:hunter2#x@mail.example",
        "smtp://anna:12?hunter2@mail.example",
        "smtp://anna:[hunter2@mail.example",
        "smtp://anna:hunter2@mail.example:port",
        "smtp://anna:hunter2@mail.example:70000",
        "smtp://anna:hunter2@mail.example:0",
        "smtp://anna:hunter2@mail.example/path",
        "smtp://anna:hunter2@ma il.example",
        "smtp://anna:hunter2@mail.example?starttls=never",
        "smtp://anna:hunter2@mail.example?starttls=perhaps",
        "smtp://anna:hunter2@mail.example?tls=never",
        "smtps://anna:hunter2@mail.example?starttls=required",
        "smtp://anna@mail.example",
        "smtp://:hunter2@mail.example",
    ],
)
def test_a_wrong_url_names_its_variable_and_not_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="ATG_SMTP_URL: ") as refused:
        read(tmp_path, ATG_SMTP_URL=url)
    assert PASSWORD not in str(refused.value)


@pytest.mark.parametrize(
    "sender", ["ATG", "ATG <no-reply>", "анна@example.org", "a@пример.рф", "a@b.org\nBcc: c@d.org"]
)
def test_a_wrong_sender_names_its_variable(tmp_path: Path, sender: str) -> None:
    with pytest.raises(SettingsError, match="ATG_MAIL_FROM: "):
        read(tmp_path, ATG_MAIL_FROM=sender)


@pytest.mark.parametrize(
    ("public_url", "address"),
    [
        ("", "no-reply@localhost"),
        ("https://atg.example/api", "no-reply@atg.example"),
        ("http://192.0.2.7:8000", "no-reply@localhost"),
        ("http://[::1]:8000", "no-reply@localhost"),
    ],
)
def test_by_default_mail_is_from_nobody_at_the_public_host(tmp_path: Path, public_url: str, address: str) -> None:
    assert read(tmp_path, ATG_PUBLIC_URL=public_url).mail_sender == Sender("ATG", address)


def test_mail_goes_to_the_server_if_there_is_one_else_to_where_all_else_is_kept(tmp_path: Path) -> None:
    memory = Settings(database_url="memory://", secret_key=SECRET)
    embedded = Settings(home=str(tmp_path), secret_key=SECRET)
    assert isinstance(create_container(memory).uncounted_mailer(), MemoryMailer)
    assert isinstance(create_container(embedded).uncounted_mailer(), OutboxMailer)
    for settings in (memory, embedded):
        with_server = structs.replace(settings, smtp_url="smtps://anna:hunter2@mail.example")
        assert isinstance(create_container(with_server).uncounted_mailer(), SmtpMailer)
    assert list(tmp_path.iterdir()) == []


def test_the_container_has_the_templates() -> None:
    templates = create_container(Settings(database_url="memory://", secret_key=SECRET)).templates()
    values = {"code": "X", "confirm_url": "https://atg.example"}
    assert templates.message("promo_code", Language.EN, key="k", to="a@b.org", values=values).subject
