"""Finding, polling and ending meetings at Zoom, with faults (spec: schedule, The pool)."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from atg_adapters.zoom.errors import retry_after
from atg_adapters.zoom.provider import ZoomProvider
from atg_core.conferencing.ports import ConferenceProviderFailed, ConferenceProviderTimedOut
from tests.contracts.conferencing.provider import NOW, a_meeting
from tests.integration.conferencing.zoom_fixtures import ACCOUNT, OTHER, WithZoom, connected
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
    Fault,
)
from tests.zoom_replies import CREDENTIALS


class TestEnding(WithZoom):
    async def test_a_meeting_runs_while_its_host_is_there(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        made = await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        zoom.start(made.id)
        assert await provider.is_running(ACCOUNT, CREDENTIALS, made.id)
        zoom.finish(made.id)
        assert not await provider.is_running(ACCOUNT, CREDENTIALS, made.id)

    async def test_a_meeting_that_was_ended_can_not_be_begun_again(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        made = await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        zoom.start(made.id)
        await provider.end(ACCOUNT, CREDENTIALS, made.id)
        assert not zoom.meetings[int(made.id)].is_started
        with pytest.raises(LookupError):
            zoom.start(made.id)
        asked = zoom.asked[-1][1]
        assert asked.method == "DELETE"
        assert asked.told == {"schedule_for_reminder": "false", "cancel_meeting_reminder": "false"}

    async def test_recordings_outlive_their_meeting(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        made = await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert made.uuid
        zoom.start(made.id)
        zoom.record(made.uuid)
        await provider.end(ACCOUNT, CREDENTIALS, made.id)
        assert len(await provider.recording_files(ACCOUNT, CREDENTIALS, made.uuid)) == 1

    async def test_a_meeting_that_ends_slowly_is_deleted_when_it_has(
        self, zoom: ZoomApi, provider: ZoomProvider
    ) -> None:
        made = await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        zoom.start(made.id)
        zoom.ends_slowly = 3
        await provider.end(ACCOUNT, CREDENTIALS, made.id)
        assert zoom.meetings[int(made.id)].is_deleted
        assert zoom.routes().count("delete") == 4

    async def test_a_meeting_that_does_not_end_was_not_ended(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        made = await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        zoom.start(made.id)
        zoom.ends_slowly = 100
        with pytest.raises(ConferenceProviderFailed):
            await provider.end(ACCOUNT, CREDENTIALS, made.id)
        assert zoom.routes().count("delete") == 4

    @pytest.mark.parametrize("is_on", [True, False])
    async def test_what_zoom_does_not_end_counts_as_over_if_it_is(
        self, zoom: ZoomApi, provider: ZoomProvider, is_on: bool
    ) -> None:
        made = await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        zoom.faults["end"] = [Fault(400, 3000, "The meeting has not begun.")]
        if is_on:
            zoom.start(made.id)
            with pytest.raises(ConferenceProviderFailed):
                await provider.end(ACCOUNT, CREDENTIALS, made.id)
        else:
            await provider.end(ACCOUNT, CREDENTIALS, made.id)
        assert zoom.meetings[int(made.id)].is_deleted is not is_on

    @pytest.mark.parametrize("code", [3001, 3007])
    async def test_what_can_not_be_deleted_because_it_is_over_is_over(
        self, zoom: ZoomApi, provider: ZoomProvider, code: int
    ) -> None:
        made = await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        zoom.faults["delete"] = [Fault(400, code, "Sorry, you cannot delete this meeting since it has ended.")]
        await provider.end(ACCOUNT, CREDENTIALS, made.id)

    async def test_another_accounts_meeting_is_none(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        zoom.accounts[OTHER["client_id"]] = OTHER
        new = a_meeting()
        made = await provider.create(ACCOUNT, CREDENTIALS, new)
        zoom.start(made.id)
        assert not await provider.is_running(ACCOUNT, OTHER, made.id)
        assert await provider.find(ACCOUNT, OTHER, new) is None
        assert await provider.is_running(ACCOUNT, CREDENTIALS, made.id)

    async def test_a_host_that_has_two_meetings_on_is_noticed(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        made = [await provider.create(ACCOUNT, CREDENTIALS, a_meeting(number)) for number in range(3)]
        zoom.capacity = 2
        zoom.start(made[0].id)
        zoom.start(made[1].id)
        assert zoom.violations == []
        zoom.start(made[2].id)
        assert len(zoom.violations) == 1


class TestFaults(WithZoom):
    @pytest.mark.parametrize("fault", [INTERNAL, BAD_GATEWAY, DROP, DROP_AFTER, INTERNAL_AFTER, FLOOD])
    @pytest.mark.parametrize("route", ["list", "get", "end", "delete", "recordings"])
    async def test_what_is_harmless_is_asked_once_more(
        self, zoom: ZoomApi, provider: ZoomProvider, route: str, fault: Fault
    ) -> None:
        new = a_meeting()
        made = await provider.create(ACCOUNT, CREDENTIALS, new)
        assert made.uuid
        zoom.record(made.uuid)
        zoom.faults[route] = [fault]
        assert await provider.find(ACCOUNT, CREDENTIALS, new)
        assert len(await provider.recording_files(ACCOUNT, CREDENTIALS, made.uuid)) == 1
        await provider.end(ACCOUNT, CREDENTIALS, made.id)
        assert zoom.meetings[int(made.id)].is_deleted
        assert zoom.routes().count(route) == 2

    @pytest.mark.parametrize("faults", [[INTERNAL] * 2, [NO_SCOPE] * 2, [Fault(404, page=b"<h1>Not Found</h1>")] * 2])
    async def test_a_failure_is_no_answer(self, zoom: ZoomApi, provider: ZoomProvider, faults: list[Fault]) -> None:
        """Above all not that a meeting is over."""
        made = await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert made.uuid
        for route in ("get", "end", "recordings", "list"):
            zoom.faults[route] = list(faults)
        for asking in (
            provider.is_running(ACCOUNT, CREDENTIALS, made.id),
            provider.end(ACCOUNT, CREDENTIALS, made.id),
            provider.recording_files(ACCOUNT, CREDENTIALS, made.uuid),
            provider.find(ACCOUNT, CREDENTIALS, a_meeting()),
        ):
            with pytest.raises(ConferenceProviderFailed):
                await asking
        assert not zoom.meetings[int(made.id)].is_deleted

    async def test_a_route_that_zoom_does_not_have_is_a_failure(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        zoom.faults["get"] = [Fault(404, 2300, "This API endpoint is not recognized.")]
        with pytest.raises(ConferenceProviderFailed):
            await provider.is_running(ACCOUNT, CREDENTIALS, "82345678901")

    @pytest.mark.parametrize("route", ["get", "end", "delete", "list", "recordings"])
    async def test_silence_is_not_waited_for(self, zoom: ZoomApi, hasty: ZoomProvider, route: str) -> None:
        new = a_meeting()
        made = await hasty.create(ACCOUNT, CREDENTIALS, new)
        zoom.faults[route] = [SILENCE]
        asking: dict[str, Callable[[], Awaitable[object]]] = {
            "get": lambda: hasty.is_running(ACCOUNT, CREDENTIALS, made.id),
            "list": lambda: hasty.find(ACCOUNT, CREDENTIALS, new),
            "recordings": lambda: hasty.recording_files(ACCOUNT, CREDENTIALS, "uuid=="),
        }
        began = time.monotonic()
        with pytest.raises(ConferenceProviderTimedOut):
            await asking.get(route, lambda: hasty.end(ACCOUNT, CREDENTIALS, made.id))()
        assert time.monotonic() - began < 4

    async def test_a_verb_ends_in_time_however_often_it_asks(self, zoom: ZoomApi) -> None:
        provider = connected(zoom, seconds=1, pause=0.5)
        made = await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        zoom.start(made.id)
        zoom.ends_slowly = 100
        began = time.monotonic()
        with pytest.raises(ConferenceProviderTimedOut):
            await provider.end(ACCOUNT, CREDENTIALS, made.id)
        assert time.monotonic() - began < 4
        await provider.close()

    @pytest.mark.parametrize(
        ("header", "is_waited_for"),
        [
            ("", True),
            ("0", True),
            ("3", False),
            ("86400", False),
            ("2999-01-01T00:00:00Z", False),
            ("2020-05-31T00:00:00Z", True),
            (format_datetime(datetime(2999, 1, 1, tzinfo=UTC), usegmt=True), False),
            (format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True), True),
            ("soon", True),
        ],
    )
    async def test_nobody_waits_longer_than_two_seconds(
        self, zoom: ZoomApi, provider: ZoomProvider, header: str, is_waited_for: bool
    ) -> None:
        zoom.faults["get"] = [Fault(429, 429, "Too many", {"Retry-After": header} if header else {})]
        asking = provider.is_running(ACCOUNT, CREDENTIALS, "82345678901")
        if is_waited_for:
            assert not await asking
        else:
            with pytest.raises(ConferenceProviderFailed):
                await asking
        assert zoom.routes().count("get") == 1 + is_waited_for

    @pytest.mark.parametrize(
        "header", ["9" * 5000, "²", "99999-01-01T00:00:00Z", "Mon, 99 Jan 2026 00:00:00 GMT", "-5"]
    )
    def test_any_header_says_something_or_nothing(self, header: str) -> None:
        assert retry_after(header, NOW) in {None, float("inf"), 0.0}
