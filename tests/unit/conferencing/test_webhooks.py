"""Zoom webhooks: signature verification, replay protection and parsing of any body (M9)."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.conferencing.webhooks import EventKind, NotZoom, ZoomEvent, challenge, parse, signer, verify
from atg_core.errors import NotSignedIn

SECRET = "a secret token of the app"
AT = 1_773_057_600
NOW = datetime.fromtimestamp(AT, UTC)
BODY = (
    '{"event":"meeting.ended","payload":{"account_id":"A","object":{"id":"82345678901","uuid":"4444AAAiAAAAAiAiAiiAii==",'
    '"topic":"Алгебра"}},"event_ts":1773057600000}'
).encode()

# Made by `openssl dgst -sha256 -hmac "$secret"` of what Zoom says is signed.
GOLDEN = "v0=3200e5c71d9c22df50800a399cfc1bf168856399425bb3204c85fb9cf109cc38"
GOLDEN_TOKEN = ("qgg8vlvZRS6UYooatFL8Aw", "196549066c8d0f2dc4b9e597c117c9d65ca764e5cb450ef6dcb9e8b91318ff99")


def signature(body: bytes = BODY, *, at: str = str(AT), secret: str = SECRET) -> str:
    """HMAC as RFC 2104 writes it out, apart from the code that verifies."""

    def digest(key: bytes, message: bytes) -> bytes:
        padded = key.ljust(64, b"\0")
        inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
        return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()

    return "v0=" + digest(secret.encode(), b"v0:" + at.encode() + b":" + body).hex()


def is_refused(
    body: bytes = BODY,
    *,
    secret: str = SECRET,
    timestamp: str | None = str(AT),
    signed: str | None = GOLDEN,
    now: datetime = NOW,
) -> bool:
    try:
        verify(secret, timestamp, signed, body, now)
    except NotZoom:
        return True
    return False


def told(event: Any, **payload: Any) -> bytes:
    return json.dumps({"event": event, "event_ts": AT * 1000, "payload": payload}).encode()


def test_what_zoom_has_signed_is_believed() -> None:
    assert signature() == GOLDEN
    assert not is_refused()


def test_the_challenge_is_answered_as_zoom_would() -> None:
    plain, encrypted = GOLDEN_TOKEN
    assert challenge(SECRET, plain) == encrypted


@pytest.mark.parametrize(
    "body",
    [
        BODY + b"\n",
        BODY.replace(b"82345678901", b"82345678902"),
        json.dumps(json.loads(BODY)).encode(),
        json.dumps(json.loads(BODY), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(),
        b"",
    ],
    ids=["a line more", "another meeting", "written anew", "in another order", "nothing"],
)
def test_other_bytes_are_not_believed(body: bytes) -> None:
    assert is_refused(body)


@pytest.mark.parametrize(
    ("seconds", "refused"), [(0, False), (300, False), (301, True), (-300, False), (-301, True), (86_400, True)]
)
def test_a_signature_is_good_for_five_minutes(seconds: int, refused: bool) -> None:
    assert is_refused(now=NOW + timedelta(seconds=seconds)) is refused


@pytest.mark.parametrize(
    "signed",
    [
        None,
        "",
        GOLDEN.removeprefix("v0="),
        GOLDEN.upper(),
        GOLDEN.replace("v0=", "v1="),
        GOLDEN[:-1],
        GOLDEN + "0",
        " " + GOLDEN,
        "v0=" + "0" * 64,
        "v0=подпись",
        "v0=\ud800",
    ],
)
def test_another_signature_is_not_believed(signed: str | None) -> None:
    assert is_refused(signed=signed)


@pytest.mark.parametrize(
    "timestamp",
    [None, "", "now", f"{AT}.0", f"-{AT}", f"+{AT}", f" {AT}", f"{AT}\n", "9" * 5000, "１７７３０５７６００", "٣"],
)
def test_another_time_is_not_believed_though_it_is_signed(timestamp: str | None) -> None:
    assert is_refused(timestamp=timestamp, signed=signature(at=timestamp or ""))


def test_another_time_needs_another_signature() -> None:
    later = str(AT + 1)
    assert is_refused(timestamp=later)
    assert not is_refused(timestamp=later, signed=signature(at=later))


def test_another_secret_is_not_believed() -> None:
    assert is_refused(signed=signature(secret="of another app"))


def test_of_several_apps_the_one_that_has_signed_is_found() -> None:
    asked = (str(AT), GOLDEN, BODY, NOW)
    assert signer(["another", SECRET, "a third"], *asked) == SECRET
    for secrets in ([], ["another", ""]):
        with pytest.raises(NotZoom):
            signer(secrets, *asked)


def test_without_a_secret_nobody_has_signed() -> None:
    assert is_refused(secret="", signed=signature(secret=""))


def test_who_is_not_zoom_is_not_told_why() -> None:
    with pytest.raises(NotSignedIn) as refused:
        verify(SECRET, str(AT), "v0=" + "0" * 64, BODY, NOW)
    assert str(refused.value) == "Zoom has not signed this, or not just now"


@given(st.text(), st.text(), st.binary(), st.datetimes(timezones=st.just(UTC)))
def test_garbage_is_refused_and_nothing_else(timestamp: str, signed: str, body: bytes, now: datetime) -> None:
    assert is_refused(body, timestamp=timestamp, signed=signed, now=now)


def test_a_challenge_is_read() -> None:
    event = parse(told("endpoint.url_validation", plainToken="qgg8vlvZRS6UYooatFL8Aw"))
    assert event == ZoomEvent(kind=EventKind.URL_VALIDATION, plain_token="qgg8vlvZRS6UYooatFL8Aw")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("meeting.ended", EventKind.MEETING_ENDED), ("recording.completed", EventKind.RECORDING_COMPLETED)],
)
@pytest.mark.parametrize(
    ("meeting", "number", "uuid"),
    [
        ({"id": "82345678901", "uuid": "/a//b+=="}, "82345678901", "/a//b+=="),
        ({"id": 82345678901, "uuid": "a=="}, "82345678901", "a=="),
        ({"id": 82345678901}, "82345678901", None),
        ({"id": "82345678901", "uuid": None}, "82345678901", None),
        ({"id": "82345678901", "uuid": ""}, "82345678901", None),
        ({"id": "82345678901", "uuid": 7}, "82345678901", None),
        ({"id": "82345678901", "uuid": "\ud800"}, "82345678901", None),
        ({"id": "82345678901", "uuid": "a\0b"}, "82345678901", None),
        ({"uuid": "a=="}, None, "a=="),
        ({"id": True, "uuid": "a=="}, None, "a=="),
        ({"id": -1, "uuid": "a=="}, None, "a=="),
        ({"id": 10**20, "uuid": "a=="}, None, "a=="),
        ({"id": "8234 5678", "uuid": "a=="}, None, "a=="),
    ],
)
def test_a_meeting_is_read_in_any_form(
    name: str, kind: EventKind, meeting: dict[str, Any], number: str | None, uuid: str | None
) -> None:
    event = parse(told(name, account_id="A", object=meeting))
    assert event == ZoomEvent(kind=kind, meeting_id=number, meeting_uuid=uuid)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"meeting.ended"',
        b"\xff\xfe\xff",
        b"[" * 100_000,
        b'{"event":"meeting.ended","payload":{"object":{"id":' + b"9" * 5000 + b"}}}",
        told("meeting.started", object={"id": "82345678901", "uuid": "a=="}),
        told("meeting.ended"),
        told("meeting.ended", object=None),
        told("meeting.ended", object=[]),
        told("meeting.ended", object={}),
        told("meeting.ended", object={"id": 8.5}),
        told(["meeting.ended"], object={"id": "82345678901"}),
        told({"a": 1}, object={"id": "82345678901"}),
        told("endpoint.url_validation"),
        told("endpoint.url_validation", plainToken=""),
        told("endpoint.url_validation", plainToken=7),
        told("endpoint.url_validation", plainToken="\ud800"),
        told("endpoint.url_validation", plainToken="x" * 1000),
        b'{"event":"meeting.ended","payload":7}',
    ],
)
def test_what_lacks_what_matters_is_something_else(body: bytes) -> None:
    assert parse(body) == ZoomEvent(kind=EventKind.OTHER)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "uuid", "object", "plainToken"]), inner),
)


@given(
    st.sampled_from(["meeting.ended", "recording.completed", "endpoint.url_validation"]) | _JSON,
    _JSON | st.fixed_dictionaries({"object": st.fixed_dictionaries({"id": _JSON, "uuid": _JSON})}),
)
def test_any_json_is_read(name: Any, payload: Any) -> None:
    event = parse(json.dumps({"event": name, "payload": payload}).encode())
    assert (event.kind is EventKind.URL_VALIDATION) == (event.plain_token is not None)
    assert (event.meeting_id or event.meeting_uuid) or event.kind in {EventKind.URL_VALIDATION, EventKind.OTHER}
    for text in (event.plain_token, event.meeting_id, event.meeting_uuid):
        assert text is None or (text.isascii() and text.isprintable())


@given(st.binary())
def test_any_bytes_are_read(body: bytes) -> None:
    assert parse(body).kind is EventKind.OTHER
