"""Rendering of email templates."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from atg_adapters.jinja.templates import MAIL, JinjaMailTemplates
from atg_adapters.words.catalogue import Catalogue
from atg_core.words import Language

CODE, URL = "PROMO-ABC123-120000", "https://atg.example/confirm?token=a.1.b&next=x"
SUBJECTS = {Language.RU: "Ваш промокод", Language.EN: "Your promo code"}


def templates() -> JinjaMailTemplates:
    return JinjaMailTemplates(Catalogue())


class Page(HTMLParser):
    """The texts and the links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: set[str | None] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links |= {value for name, value in attrs if name in {"href", "src"}}

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@pytest.mark.parametrize("language", Language)
def test_a_promo_code_is_mailed_with_a_link_that_confirms_the_address(language: Language) -> None:
    message = templates().message(
        "promo_code", language, key="k", to="a@example.org", values={"code": CODE, "confirm_url": URL}
    )
    assert (message.key, message.to, message.subject) == ("k", "a@example.org", SUBJECTS[language])
    assert {CODE, URL} <= set(message.text.splitlines())
    page = Page(message.html)
    assert {CODE, URL} <= set(page.texts)
    assert page.links == {URL}
    assert f'lang="{language}"' in message.html


ACCOUNT_MAILS = {
    "confirm_email": {"email": "a@example.org", "link": URL},
    "reset_password": {"email": "a@example.org", "link": URL},
    "new_device": {"link": URL, "time": "02.03.2026 08:00 UTC", "device": "Chrome on Windows", "address": "192.0.2.7"},
    "email_change": {"email": "new@example.org"},
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ACCOUNT_MAILS)
def test_mail_about_accounts_has_what_it_tells_and_one_link(name: str, language: Language) -> None:
    values = ACCOUNT_MAILS[name]
    message = templates().message(name, language, key="k", to="a@example.org", values=values)
    page = Page(message.html)
    for value in values.values():
        assert value in message.text
        assert value in " ".join(page.texts)
    assert page.links == ({URL} if "link" in values else set())
    assert message.subject in page.texts
    assert "{" not in message.text


@pytest.mark.parametrize("language", Language)
def test_what_is_not_known_of_a_device_is_left_out(language: Language) -> None:
    values = {**ACCOUNT_MAILS["new_device"], "device": None, "address": None}
    message = templates().message("new_device", language, key="k", to="a@example.org", values=values)
    assert "None" not in message.text + message.html


def test_values_are_escaped_in_html_and_not_in_text() -> None:
    values = {"code": '<b>"&', "confirm_url": 'https://x/?"onclick="alert(1)'}
    message = templates().message("promo_code", Language.EN, key="k", to="a@example.org", values=values)
    assert '<b>"&' in message.text
    assert '<b>"&' in Page(message.html).texts
    assert "<b>" not in message.html
    assert '"onclick="' not in message.html


@pytest.mark.parametrize("missing", ["code", "confirm_url"])
@pytest.mark.parametrize("language", Language)
def test_a_value_that_is_missing_is_an_error(language: Language, missing: str) -> None:
    values = {"code": CODE, "confirm_url": URL}
    del values[missing]
    with pytest.raises(UndefinedError, match=missing):
        templates().message("promo_code", language, key="k", to="a@example.org", values=values)


def test_a_subject_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(
        "{% block subject %}\n  For {{ who }}\n{% endblock %}{% block text %}Hi{% endblock %}"
    )
    (tmp_path / "x.html").write_text("<p>Hi</p>")
    message = JinjaMailTemplates(Catalogue(), tmp_path).message(
        "x", Language.EN, key="k", to="a@example.org", values={"who": "Anna\r\nBcc: eve@example.org"}
    )
    assert (message.subject, message.text) == ("For Anna Bcc: eve@example.org", "Hi\n")


@pytest.mark.parametrize("language", Language)
def test_an_invitation_says_what_is_known(language: Language) -> None:
    for group, said in (
        ("7Б", {Language.RU: "Анна приглашает вас в группу «7Б».", Language.EN: "Анна invites you to the group “7Б”."}),
        ("", {Language.RU: "Анна приглашает вас в группу.", Language.EN: "Анна invites you to a group."}),
    ):
        values = {"teacher": "Анна", "group": group, "link": URL}
        message = templates().message("invitation", language, key="k", to="a@b.org", values=values)
        assert said[language] in message.text.splitlines()
        assert said[language] in Page(message.html).texts


def test_every_message_is_there_as_text_and_as_html() -> None:
    shared = {"frame.html", "parts.html"}
    names = {path.stem for path in MAIL.iterdir() if path.name not in shared}
    assert {path.name for path in MAIL.iterdir()} == shared | {
        f"{name}.{kind}" for name in names for kind in ("txt", "html")
    }
