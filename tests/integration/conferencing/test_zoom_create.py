"""Creating meetings at Zoom over HTTP, with faults (spec: schedule, The pool)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from atg_adapters.zoom.provider import ZoomProvider
from atg_core.conferencing.model import Account, Credentials, ProviderName
from atg_core.conferencing.ports import ConferenceProviderFailed, ConferenceProviderTimedOut
from tests.contracts.conferencing.provider import (
    NOW,
    ConferenceProviderContract,
    RememberingProviderContract,
    a_meeting,
    an_account,
)
from tests.integration.conferencing.zoom_fixtures import ACCOUNT, WithZoom
from tests.integration.running import free_port
from tests.zoom_api import ZoomApi
from tests.zoom_http import (
    BAD_GATEWAY,
    DROP,
    DROP_AFTER,
    FLOOD,
    INTERNAL,
    INTERNAL_AFTER,
    NO_SCOPE,
    SILENCE,
    SILENCE_AFTER,
    UNREADABLE,
    Fault,
)
from tests.zoom_replies import CREDENTIALS

BAD_LINK = Fault(201, page=b'{"id": 1, "start_url": "javascript:alert(1)", "join_url": "https://zoom.us"}', done=True)


class TestZoomProvider(WithZoom, ConferenceProviderContract, RememberingProviderContract):
    @pytest.fixture
    def account(self) -> Account:
        return ACCOUNT

    @pytest.fixture
    def credentials(self) -> Credentials:
        return CREDENTIALS


class TestMaking(WithZoom):
    async def test_a_meeting_is_made_for_a_class(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        new = replace(a_meeting(), end_time=NOW + timedelta(minutes=89, seconds=1))
        made = await provider.create(ACCOUNT, CREDENTIALS, new)
        ((_, asked),) = [each for each in zoom.asked if each[0] == "create"]
        assert asked.path == "/v2/users/host-1%40example.org/meetings"
        expected = {"topic": new.topic, "type": 2, "start_time": "2026-03-09T12:00:00Z", "duration": 90}
        assert {name: asked.told[name] for name in expected} == expected
        assert asked.told["settings"]["join_before_host"] is False
        assert asked.told["settings"]["auto_recording"] == "cloud"
        assert zoom.meetings[int(made.id)].uuid == made.uuid

    @pytest.mark.parametrize(("lasts", "minutes"), [(-5, 1), (0, 1), (1, 1), (60, 1), (61, 2), (5400, 90)])
    async def test_a_meeting_has_a_minute_at_least(
        self, zoom: ZoomApi, provider: ZoomProvider, lasts: int, minutes: int
    ) -> None:
        local = datetime.fromisoformat("2026-03-09T15:00:00+03:00")
        new = replace(a_meeting(), start_time=local, end_time=local + timedelta(seconds=lasts))
        await provider.create(ACCOUNT, CREDENTIALS, new)
        asked = zoom.asked[-1][1]
        assert (asked.told["start_time"], asked.told["duration"]) == ("2026-03-09T12:00:00Z", minutes)

    async def test_without_a_host_the_owner_of_the_app_is_it(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        account = an_account(ProviderName.ZOOM, host=None)
        made = await provider.create(account, CREDENTIALS, a_meeting())
        assert zoom.meetings[int(made.id)].host == (CREDENTIALS["account_id"], "me")

    async def test_a_meeting_is_found_on_the_last_of_many_pages(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        zoom.page_size = 2
        lessons = [a_meeting(number) for number in range(7)]
        made = [await provider.create(ACCOUNT, CREDENTIALS, each) for each in lessons]
        found = await provider.find(ACCOUNT, CREDENTIALS, lessons[6])
        assert found
        assert found.id == made[6].id
        assert zoom.routes()[-5:] == ["list"] * 4 + ["get"]

    async def test_a_list_without_an_end_is_given_up(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        zoom.faults["list"] = [Fault(200, page=b'{"meetings": [], "next_page_token": "again"}')] * 60
        with pytest.raises(ConferenceProviderFailed):
            await provider.find(ACCOUNT, CREDENTIALS, a_meeting())
        assert zoom.routes().count("list") == 50


class TestFaults(WithZoom):
    """P3: whatever Zoom does, in the end there is one meeting or none, and it is known which if that can be known."""

    @pytest.mark.parametrize(
        ("fault", "asked"),
        [
            (INTERNAL, ["create", "list", "create"]),
            (BAD_GATEWAY, ["create", "list", "create"]),
            (DROP, ["create", "list", "create"]),
            (FLOOD, ["create", "create"]),
            (Fault(503, 0, "", {"Retry-After": "0"}), ["create", "list", "create"]),
            (Fault(429, 429, "", {"Retry-After": "0"}), ["create", "create"]),
            (INTERNAL_AFTER, ["create", "list", "get"]),
            (DROP_AFTER, ["create", "list", "get"]),
            (UNREADABLE, ["create", "list", "get"]),
            (BAD_LINK, ["create", "list", "get"]),
        ],
    )
    async def test_what_was_not_made_is_made_and_what_was_is_found(
        self, zoom: ZoomApi, provider: ZoomProvider, fault: Fault, asked: list[str]
    ) -> None:
        zoom.faults["create"] = [fault]
        made = await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert [made.id] == [str(meeting_id) for meeting_id in zoom.meetings]
        assert zoom.routes() == ["token", *asked]

    async def test_what_was_made_in_silence_is_found(self, zoom: ZoomApi, hasty: ZoomProvider) -> None:
        zoom.faults["create"] = [SILENCE_AFTER]
        made = await hasty.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert [made.id] == [str(meeting_id) for meeting_id in zoom.meetings]
        assert zoom.routes() == ["token", "create", "list", "get"]

    async def test_what_zoom_may_still_make_is_not_asked_for_again(self, zoom: ZoomApi, hasty: ZoomProvider) -> None:
        zoom.faults["create"] = [SILENCE]
        with pytest.raises(ConferenceProviderTimedOut):
            await hasty.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert zoom.routes() == ["token", "create", "list"]

    @pytest.mark.parametrize(
        ("faults", "kind"),
        [
            ({"create": [INTERNAL] * 2}, ConferenceProviderFailed),
            ({"create": [BAD_GATEWAY, INTERNAL]}, ConferenceProviderFailed),
            ({"create": [DROP] * 2}, ConferenceProviderTimedOut),
            ({"create": [INTERNAL_AFTER], "list": [INTERNAL] * 2}, ConferenceProviderTimedOut),
            ({"create": [DROP_AFTER], "list": [NO_SCOPE]}, ConferenceProviderTimedOut),
            ({"create": [UNREADABLE], "list": [UNREADABLE]}, ConferenceProviderTimedOut),
            ({"create": [UNREADABLE], "list": [Fault(200, page=b"{}")]}, ConferenceProviderTimedOut),
            ({"create": [Fault(503, headers={"Retry-After": "60"})]}, ConferenceProviderFailed),
            ({"create": [FLOOD] * 2}, ConferenceProviderFailed),
            ({"create": [NO_SCOPE]}, ConferenceProviderFailed),
            ({"create": [Fault(404, 1001, "User does not exist: anna.")]}, ConferenceProviderFailed),
            ({"create": [Fault(302, headers={"Location": "http://127.0.0.1:9/"})]}, ConferenceProviderFailed),
        ],
    )
    async def test_it_is_told_whether_it_may_have_been_made(
        self, zoom: ZoomApi, provider: ZoomProvider, faults: dict[str, list[Fault]], kind: type[Exception]
    ) -> None:
        zoom.faults.update({route: list(each) for route, each in faults.items()})
        with pytest.raises(ConferenceProviderFailed) as failed:
            await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert isinstance(failed.value, ConferenceProviderTimedOut) == (kind is ConferenceProviderTimedOut)
        assert failed.value.code == "conference_provider_failed"
        assert len(zoom.meetings) <= 1

    @pytest.mark.parametrize("headers", [True, False])
    async def test_the_hundred_and_first_of_a_day_is_refused_at_once(
        self, zoom: ZoomApi, provider: ZoomProvider, headers: bool
    ) -> None:
        """P7. Zoom documents headers for it, and does not always send them."""
        zoom.clock = lambda: NOW
        zoom.created[(CREDENTIALS["account_id"], "host-1@example.org"), NOW.date()] = 99
        await provider.create(ACCOUNT, CREDENTIALS, a_meeting(100))
        if not headers:
            zoom.faults["create"] = [Fault(429, 429, "You have exceeded the daily rate limit (100) of …")]
        with pytest.raises(ConferenceProviderFailed):
            await provider.create(ACCOUNT, CREDENTIALS, a_meeting(101))
        assert zoom.routes() == ["token", "create", "create"]
        await provider.create(an_account(ProviderName.ZOOM, host="host-2"), CREDENTIALS, a_meeting(102))
        zoom.clock = lambda: NOW + timedelta(days=1)
        await provider.create(ACCOUNT, CREDENTIALS, a_meeting(103))

    async def test_where_nobody_listens_nothing_was_done(self) -> None:
        nowhere = f"http://127.0.0.1:{free_port()}"
        provider = ZoomProvider(oauth_url=nowhere, api_url=f"{nowhere}/v2", pause=0.01)
        with pytest.raises(ConferenceProviderFailed) as failed:
            await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert type(failed.value) is ConferenceProviderFailed
        await provider.close()

    async def test_an_api_where_nobody_listens_has_done_nothing(self, zoom: ZoomApi) -> None:
        provider = ZoomProvider(oauth_url=zoom.url, api_url=f"http://127.0.0.1:{free_port()}/v2", pause=0.01)
        with pytest.raises(ConferenceProviderFailed) as failed:
            await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert type(failed.value) is ConferenceProviderFailed
        await provider.close()
