"""Names in mails to strangers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.schedule.invitation_emails import LONGEST_NAME, plain_name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Анна Ким", "Анна Ким"),
        ("И.И. Иванов", "И. И. Иванов"),
        ("О’Нил-Смит, группа «10А» (вечер) №2", "О’Нил-Смит, группа «10А» (вечер) №2"),
        ("anna@example.com", ""),
        ("Приз: https://evil.example/?x=1 ждёт", "Приз ждёт"),
        ("WWW.EVIL.EXAMPLE evil.рф t.me/evil", ""),
        ("evil．example", "evil example"),
        ("<b>10А</b>\r\nBcc: x", "b 10А b Bcc x"),
        ("[приз](evil)", "приз (evil)"),
        ("ы" * 300, "ы" * 60),
    ],
)
def test_a_name_keeps_its_letters_and_loses_its_addresses(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@given(st.text(max_size=200) | st.from_regex(r"[a-zа-я]{1,5}([.:/@ ][a-zа-я]{1,5}){0,8}", fullmatch=True))
def test_no_name_holds_what_a_mail_client_links(name: str) -> None:
    plain = plain_name(name)
    assert len(plain) <= LONGEST_NAME
    assert plain == " ".join(plain.split())
    assert not re.search(r"[@:/<>_]|\w\.\w", plain)
