"""Verification of initData: signed by Telegram for our bot, within a day (S23)."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.errors import NotSignedIn
from atg_core.telegram.init_data import InitDataVerifier, InvalidInitData, TelegramUser

# Published with the libraries of Telegram-Mini-Apps, signed by Telegram itself; the second has a `signature` too.
PUBLISHED = (
    "query_id=AAHdF6IQAAAAAN0XohDhrOrc"
    "&user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%22%2C%22last_name%22%3A%22Kibenko%22%2C%22username"
    "%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%7D"
    "&auth_date=1662771648&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2"
)
PUBLISHED_TOKEN = f"{5768337691}:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8"
PUBLISHED_WITH_SIGNATURE = (
    "user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%20%2B%20-%20%3F%20%5C%2F%22%2C%22last_name%22%3A%22"
    "Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%2C%22"
    "allows_write_to_pm%22%3Atrue%2C%22photo_url%22%3A%22https%3A%5C%2F%5C%2Ft.me%5C%2Fi%5C%2Fuserpic%5C%2F320%5C%2F"
    "4FPEE4tmP3ATHa57u6MqTDih13LTOiMoKoLDRG4PnSA.svg%22%7D&chat_instance=8134722200314281151&chat_type=private"
    "&auth_date=1733509682"
    "&signature=TYJxVcisqbWjtodPepiJ6ghziUL94-KNpG8Pau-X7oNNLNBM72APCpi_RKiUlBvcqo5L-LAxIc3dnTzcZX_PDg"
    "&hash=a433d8f9847bd6addcc563bff7cc82c89e97ea0d90c11fe5729cae6796a36d73"
)
TOKEN_WITH_SIGNATURE = f"{7342037359}:AAHI25ES9xCOMPokpYoz-p8XVrZUdygo2J4"

TOKEN = f"{4242}:Test-of_the-shopTest-of_the-shopabc"
NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
ANNA = {"id": 279058397, "first_name": "Анна", "last_name": "O'Neil & +", "username": "anna", "language_code": "ru"}
USER = json.dumps(ANNA, ensure_ascii=False)


def signed(token: str = TOKEN, **fields: str) -> str:
    """Signed independently of the verifying code, with HMAC spelled out (RFC 2104)."""

    def digest(key: bytes, message: bytes) -> bytes:
        padded = key.ljust(64, b"\0")
        inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
        return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()

    secret = digest(b"WebAppData", token.encode())
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    return urlencode({**fields, "hash": digest(secret, lines.encode()).hex()}, quote_via=quote)


def at(time: datetime) -> str:
    return str(int(time.timestamp()))


def today(**fields: str) -> str:
    return signed(auth_date=at(NOW), query_id="AAHd", **{"user": USER, **fields})


def is_refused(init_data: str, *, token: str = TOKEN, now: datetime = NOW) -> bool:
    try:
        InitDataVerifier(token).verify(init_data, now)
    except InvalidInitData:
        return True
    return False


@pytest.mark.parametrize(
    ("init_data", "token", "signed_at", "first_name"),
    [
        (PUBLISHED, PUBLISHED_TOKEN, 1662771648, "Vladislav"),
        (PUBLISHED_WITH_SIGNATURE, TOKEN_WITH_SIGNATURE, 1733509682, "Vladislav + - ? /"),
    ],
    ids=["without a signature", "with a signature"],
)
def test_what_telegram_has_signed_is_believed(init_data: str, token: str, signed_at: int, first_name: str) -> None:
    now = datetime.fromtimestamp(signed_at, UTC)
    assert InitDataVerifier(token).verify(init_data, now) == TelegramUser(
        id=279058397, first_name=first_name, last_name="Kibenko", username="vdkfrost", language_code="ru"
    )
    assert is_refused(init_data, token=token, now=now + timedelta(hours=25))
    assert is_refused(init_data, token=TOKEN, now=now)


def test_a_name_may_have_any_letters() -> None:
    assert InitDataVerifier(TOKEN).verify(today(), NOW) == TelegramUser(
        id=279058397, first_name="Анна", last_name="O'Neil & +", username="anna", language_code="ru"
    )


def test_a_user_may_have_only_a_first_name() -> None:
    for told in ({"id": 1, "first_name": "A"}, {"id": 1, "first_name": "A", "last_name": "", "username": None}):
        assert InitDataVerifier(TOKEN).verify(today(user=json.dumps(told)), NOW) == TelegramUser(id=1, first_name="A")


def test_fields_that_come_later_are_signed_too() -> None:
    extended = today(
        chat_type="private", chat_instance="81", chat="{}", start_param="a-b_c", signature="x", a1="1", a=""
    )
    assert not is_refused(extended)
    assert is_refused(extended.replace("start_param=a-b_c", "start_param=a-b_d"))
    assert is_refused(extended + "&extra=1")


def test_each_flipped_byte_is_noticed() -> None:
    init_data = today()
    assert not is_refused(init_data)
    for place, char in enumerate(init_data):
        assert is_refused(init_data[:place] + chr(ord(char) ^ 1) + init_data[place + 1 :]), place


def test_a_hash_has_one_spelling() -> None:
    init_data = today()
    right = init_data.rpartition("=")[2]
    for wrong in (right.upper(), right[:-1], f"0{right}", f"{right}%20", "", "я" * 64):
        assert is_refused(init_data.replace(right, wrong)), wrong


@pytest.mark.parametrize("name", ["user", "auth_date", "query_id", "hash"])
def test_a_doubled_field_is_refused(name: str) -> None:
    init_data = today()
    fields = dict(pair.split("=", 1) for pair in init_data.split("&"))
    assert is_refused(f"{init_data}&{name}={fields[name]}")
    assert is_refused(f"{name}={fields[name]}&{init_data}")


def test_fields_that_were_joined_into_one_are_refused() -> None:
    """The lines are the same as those that were signed; their reading is not."""
    genuine = signed(auth_date=at(NOW), query_id="AAHd", start_param="x", user=USER)
    for first, second in (("auth_date", "query_id"), ("query_id", "start_param"), ("start_param", "user")):
        fields = dict(pair.split("=", 1) for pair in genuine.split("&"))
        joined = fields | {first: f"{fields[first]}%0A{second}%3D{fields.pop(second)}"}
        joined.pop(second, None)
        assert is_refused("&".join(f"{name}={value}" for name, value in joined.items()))
    genuine = signed(auth_date=at(NOW), start_param="x=y", user=USER)
    assert not is_refused(genuine)
    assert is_refused(genuine.replace("start_param=x%3Dy", "start_param%3Dx=y"))


@pytest.mark.parametrize(
    ("age", "refused"),
    [
        (timedelta(0), False),
        (timedelta(hours=24), False),
        (timedelta(hours=24, seconds=1), True),
        (timedelta(hours=25), True),
        (timedelta(seconds=-60), False),
        (timedelta(seconds=-61), True),
        (timedelta(days=-1), True),
    ],
)
def test_it_is_believed_for_a_day(age: timedelta, refused: bool) -> None:
    assert is_refused(signed(auth_date=at(NOW - age), user=USER)) == refused


@pytest.mark.parametrize("auth_date", ["", "-1", "1e9", "0x10", "١٢٣", " 1", "1" * 13, "nan", "1.5"])
def test_a_date_that_is_none_is_refused(auth_date: str) -> None:
    assert is_refused(signed(auth_date=auth_date, user=USER))


@pytest.mark.parametrize("missing", ["user", "auth_date", "hash"])
def test_what_is_missing_is_noticed(missing: str) -> None:
    fields = {"auth_date": at(NOW), "user": USER}
    fields.pop(missing, None)
    init_data = signed(**fields)
    assert is_refused(init_data.partition("&hash=")[0] if missing == "hash" else init_data)


@pytest.mark.parametrize(
    "user",
    [
        "",
        "null",
        "[]",
        "1",
        "{",
        "[" * 1200,
        '{"first_name": "A"}',
        '{"id": 1}',
        '{"id": "1", "first_name": "A"}',
        '{"id": true, "first_name": "A"}',
        '{"id": 1.0, "first_name": "A"}',
        '{"id": 0, "first_name": "A"}',
        '{"id": -1, "first_name": "A"}',
        '{"id": 4503599627370496, "first_name": "A"}',
        '{"id": 1, "first_name": null}',
        '{"id": 1, "first_name": 1}',
        '{"id": 1, "first_name": "A", "username": ["b"]}',
        '{"id": 1, "first_name": "\\u0000"}',
        '{"id": 1, "first_name": "\\ud83d"}',
    ],
)
def test_a_user_that_is_none_is_refused_though_it_is_signed(user: str) -> None:
    assert is_refused(signed(auth_date=at(NOW), user=user))


@pytest.mark.parametrize("init_data", ["", "&", "hash", "hash=", "user=%FF", "user=\ud83d&hash=1", "=1", "a=1&&b=2"])
def test_what_is_no_query_is_refused(init_data: str) -> None:
    assert is_refused(init_data)


def test_more_than_any_client_sends_is_refused() -> None:
    rest = 4096 - len(today(start_param=""))
    assert not is_refused(today(start_param="x" * rest))
    assert is_refused(today(start_param="x" * (rest + 1)))


def test_a_refusal_tells_neither_the_reason_nor_what_was_given() -> None:
    for init_data in ("", today() + "&user=1", today(user="{"), signed(auth_date="1", user=USER)):
        with pytest.raises(NotSignedIn) as refused:
            InitDataVerifier(TOKEN).verify(init_data, NOW)
        assert refused.value.code == "invalid_init_data"
        assert str(refused.value) == "Telegram has not signed this for our bot, or not today"
        assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert "Test" not in repr(InitDataVerifier(TOKEN))


names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in {"hash", "user", "auth_date"}
)
values = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(names, values, max_size=5), values, st.integers(1, 2**52 - 1))
def test_whatever_is_signed_is_believed_and_nothing_else(fields: dict[str, str], name: str, number: int) -> None:
    told: dict[str, Any] = {"id": number, "first_name": name.replace("\0", "")}
    init_data = signed(auth_date=at(NOW), user=json.dumps(told), **fields)
    assert InitDataVerifier(TOKEN).verify(init_data, NOW) == TelegramUser(id=number, first_name=told["first_name"])
    assert is_refused(init_data, token=TOKEN + "x")
    assert is_refused(init_data.replace(f"%22id%22%3A%20{number}", f"%22id%22%3A%20{number + 1}"))


@given(st.text(max_size=200))
def test_whatever_is_not_signed_is_refused(text: str) -> None:
    assert is_refused(text)
    assert is_refused(f"auth_date={at(NOW)}&user={quote(USER)}&hash={quote(text, errors='replace')}")


def test_hmac_written_out_is_hmac() -> None:
    secret = hmac.new(b"WebAppData", TOKEN.encode(), "sha256").digest()
    lines = f"auth_date={at(NOW)}\nuser={USER}"
    assert signed(auth_date=at(NOW), user=USER).endswith(hmac.new(secret, lines.encode(), "sha256").hexdigest())
