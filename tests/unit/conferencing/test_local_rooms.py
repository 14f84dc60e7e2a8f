"""Tokens of local rooms, and the provider `local`."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_adapters.local.provider import LocalProvider
from atg_core.conferencing.local_rooms import LocalRooms, RoomNotFound
from atg_core.conferencing.model import Account, ProviderName, RecordingFile
from atg_core.conferencing.ports import ConferenceProviderFailed, Provider
from atg_core.errors import NotFound
from tests.contracts.conferencing.provider import ConferenceProviderContract, a_meeting, an_account

ROOMS = LocalRooms(b"k" * 32)
MEETING = "82345678901"
# Made by `openssl dgst -sha256 -mac hmac -binary | basenc --base64url` of "room:82345678901h".
HOSTS_TOKEN = "82345678901h.wipayK6Y4x67EmlBIMh5glcnTqbj5XCtLnbjbAl99wI"


def is_refused(token: str, rooms: LocalRooms = ROOMS) -> bool:
    try:
        rooms.verify(token)
    except RoomNotFound:
        return True
    return False


@pytest.mark.parametrize("is_host", [True, False])
def test_a_token_opens_its_room_in_its_role(is_host: bool) -> None:
    token = ROOMS.token(MEETING, is_host)
    assert ROOMS.verify(token) == (MEETING, is_host)
    assert quote(token, safe="") == token


def test_a_token_stays_the_same_over_versions() -> None:
    assert ROOMS.token(MEETING, is_host=True) == HOSTS_TOKEN


def test_a_guest_can_not_become_the_host() -> None:
    place, _, mac = ROOMS.token(MEETING, is_host=False).partition(".")
    assert is_refused(f"{place[:-1]}h.{mac}")


def test_a_token_opens_no_other_room_and_no_other_server() -> None:
    mac = HOSTS_TOKEN.partition(".")[2]
    assert is_refused(f"82345678902h.{mac}")
    assert is_refused(f"8234567890h.{mac}")
    assert is_refused(HOSTS_TOKEN, LocalRooms(b"j" * 32))


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        MEETING,
        "h.",
        HOSTS_TOKEN + "=",
        HOSTS_TOKEN + "\n",
        HOSTS_TOKEN[:-1],
        HOSTS_TOKEN.replace("8", "８", 1),
        HOSTS_TOKEN[:-1] + "é",
        "\ud800",
    ],
)
def test_what_is_no_token_opens_nothing(token: str) -> None:
    assert is_refused(token)


@given(st.text() | st.from_regex(r"[0-9]{11}[hg]\.[A-Za-z0-9_-]{43}", fullmatch=True))
def test_no_guess_opens_a_room(token: str) -> None:
    assert is_refused(token)


def test_a_room_that_is_not_there_is_not_found_and_the_key_is_not_shown() -> None:
    with pytest.raises(NotFound) as refused:
        ROOMS.verify("8h.x")
    assert str(refused.value) == "There is no such room"
    assert "kkk" not in repr(ROOMS)


class TestLocalProvider(ConferenceProviderContract):
    @pytest.fixture
    def provider(self) -> Provider:
        return LocalProvider("https://atg.example/school/", ROOMS)

    @pytest.fixture
    def account(self) -> Account:
        return an_account(ProviderName.LOCAL, host=None)

    @pytest.fixture
    def credentials(self) -> None:
        return None

    async def test_its_links_lead_to_this_server(self, provider: Provider, account: Account) -> None:
        made = await provider.create(account, None, a_meeting())
        assert len(made.id) == 11
        for url, is_host in ((made.start_url, True), (made.join_url, False)):
            head, _, token = url.partition("?token=")
            assert head == "https://atg.example/school/meet"
            assert ROOMS.verify(token) == (made.id, is_host)

    async def test_it_has_nothing_to_download(self, provider: Provider, account: Account) -> None:
        recording = RecordingFile(
            id="1", url="https://atg.example/1", media_type="video/mp4", extension="mp4", size=1, duration_seconds=1
        )
        with pytest.raises(ConferenceProviderFailed):
            async with provider.download(account, None, recording):
                raise AssertionError
