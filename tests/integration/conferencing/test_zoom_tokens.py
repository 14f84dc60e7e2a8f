"""Access tokens of Zoom: caching, shared requests, and no leak into logs."""

import asyncio
import logging
import traceback
from collections import Counter

import pytest

from atg_adapters.zoom.provider import ZoomProvider
from atg_core.conferencing.model import Credentials
from atg_core.conferencing.ports import ConferenceProviderFailed
from tests.contracts.conferencing.provider import a_meeting
from tests.integration.conferencing.zoom_fixtures import ACCOUNT, OTHER, WithZoom, connected, downloaded
from tests.integration.running import free_port
from tests.zoom_api import ZoomApi
from tests.zoom_http import (
    BAD_GATEWAY,
    DROP,
    FLOOD,
    INTERNAL,
    INVALID_TOKEN,
    NO_SCOPE,
    SILENCE,
    SILENCE_AFTER,
    Fault,
)
from tests.zoom_replies import CREDENTIALS


def _but(**others: str) -> Credentials:
    return Credentials(**{**CREDENTIALS.values(), **others})


class TestTokens(WithZoom):
    async def test_a_hundred_at_once_fetch_one_token(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        """P8."""
        zoom.token_seconds = 0.1
        made = await asyncio.gather(*(provider.create(ACCOUNT, CREDENTIALS, a_meeting(n)) for n in range(100)))
        assert len({meeting.id for meeting in made}) == 100
        assert Counter(zoom.routes()) == {"token": 1, "create": 100}

    async def test_each_account_has_a_token_of_its_own(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        zoom.accounts[OTHER["client_id"]] = OTHER
        for credentials in (CREDENTIALS, OTHER, CREDENTIALS, OTHER):
            made = await provider.create(ACCOUNT, credentials, a_meeting())
            assert zoom.meetings[int(made.id)].host[0] == credentials["account_id"]
        assert zoom.routes().count("token") == 2

    @pytest.mark.parametrize(("after", "tokens"), [(3539, 1), (3540.5, 2)])
    async def test_a_token_is_kept_until_a_minute_before_it_expires(
        self, zoom: ZoomApi, after: float, tokens: int
    ) -> None:
        now = 1000.0
        provider = connected(zoom, monotonic=lambda: now)
        await provider.is_running(ACCOUNT, CREDENTIALS, "1")
        now += after
        await provider.is_running(ACCOUNT, CREDENTIALS, "1")
        assert zoom.routes().count("token") == tokens
        await provider.close()

    async def test_a_token_that_zoom_does_not_take_is_replaced_once_for_all(
        self, zoom: ZoomApi, provider: ZoomProvider
    ) -> None:
        await provider.is_running(ACCOUNT, CREDENTIALS, "1")
        zoom.tokens.clear()
        await asyncio.gather(*(provider.create(ACCOUNT, CREDENTIALS, a_meeting(n)) for n in range(20)))
        assert zoom.routes().count("token") == 2
        assert len(zoom.meetings) == 20

    async def test_no_third_token_is_tried(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        zoom.faults["create"] = [INVALID_TOKEN] * 2
        with pytest.raises(ConferenceProviderFailed):
            await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert zoom.routes() == ["token", "create"] * 2

    @pytest.mark.parametrize(
        "wrong",
        [
            _but(client_secret="wrong"),
            _but(client_id="nobody"),
            _but(account_id="another&grant_type=x"),
            Credentials(account_id="", client_id="", client_secret=""),
            Credentials(account_id="ключ", client_id="ключ\r\n", client_secret="\0"),
        ],
    )
    async def test_wrong_credentials_are_refused_and_ask_nothing_else(
        self, zoom: ZoomApi, provider: ZoomProvider, wrong: Credentials
    ) -> None:
        with pytest.raises(ConferenceProviderFailed):
            await provider.create(ACCOUNT, wrong, a_meeting())
        assert zoom.routes() == ["token"]

    async def test_without_credentials_nothing_is_asked(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        with pytest.raises(ConferenceProviderFailed):
            await provider.create(ACCOUNT, None, a_meeting())
        assert zoom.asked == []

    async def test_those_who_wait_for_a_token_that_does_not_come_all_fail_at_once(
        self, zoom: ZoomApi, provider: ZoomProvider
    ) -> None:
        zoom.token_seconds, zoom.faults["token"] = 0.1, [NO_SCOPE]
        tries = (provider.create(ACCOUNT, CREDENTIALS, a_meeting(number)) for number in range(20))
        failures = await asyncio.gather(*tries, return_exceptions=True)
        assert {type(failure) for failure in failures} == {ConferenceProviderFailed}
        assert zoom.routes() == ["token"]
        await provider.create(ACCOUNT, CREDENTIALS, a_meeting())

    async def test_one_who_no_longer_waits_takes_the_token_from_nobody(
        self, zoom: ZoomApi, provider: ZoomProvider
    ) -> None:
        zoom.token_seconds = 0.2
        first, second = (
            asyncio.create_task(provider.create(ACCOUNT, CREDENTIALS, a_meeting(number))) for number in range(2)
        )
        await asyncio.sleep(0.05)
        first.cancel()
        assert (await second).id
        assert zoom.routes() == ["token", "create"]

    @pytest.mark.parametrize("fault", [SILENCE, SILENCE_AFTER])
    async def test_a_silent_token_is_a_failure_that_has_done_nothing(
        self, zoom: ZoomApi, hasty: ZoomProvider, fault: Fault
    ) -> None:
        zoom.faults["token"] = [fault]
        with pytest.raises(ConferenceProviderFailed) as failed:
            await hasty.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert type(failed.value) is ConferenceProviderFailed
        assert zoom.meetings == {}

    @pytest.mark.parametrize(
        "page",
        [b"", b"{}", b"[1]", b'{"access_token":7,"expires_in":1}', b'{"access_token":"a\\r\\nb","expires_in":3600}'],
    )
    async def test_a_token_that_is_none_is_a_failure(self, zoom: ZoomApi, provider: ZoomProvider, page: bytes) -> None:
        zoom.faults["token"] = [Fault(200, page=page)]
        with pytest.raises(ConferenceProviderFailed):
            await provider.create(ACCOUNT, CREDENTIALS, a_meeting())

    @pytest.mark.parametrize("fault", [INTERNAL, BAD_GATEWAY, DROP, FLOOD])
    async def test_a_token_is_asked_for_once_more(self, zoom: ZoomApi, provider: ZoomProvider, fault: Fault) -> None:
        zoom.faults["token"] = [fault]
        await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert zoom.routes() == ["token", "token", "create"]


class TestSecrets(WithZoom):
    @pytest.mark.parametrize(
        "fault",
        [
            None,
            INTERNAL,
            BAD_GATEWAY,
            DROP,
            SILENCE,
            NO_SCOPE,
            INVALID_TOKEN,
            Fault(400, 300, CREDENTIALS["client_secret"]),
        ],
    )
    async def test_no_secret_and_no_word_of_zooms_is_in_an_error_or_a_log(
        self,
        zoom: ZoomApi,
        hasty: ZoomProvider,
        fault: Fault | None,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        logging.getLogger("httpcore").setLevel(logging.WARNING)  # as `configure_logs` does
        zoom.next_uuids, told = ["uuid=="], ""
        zoom.redirect_downloads_to = zoom.url
        zoom.record("uuid==")
        for route in ("create", "list", "recordings", "download", "cdn"):
            zoom.faults[route] = [fault] * 2 if fault else []
        for asking in (hasty.create(ACCOUNT, CREDENTIALS, a_meeting()), downloaded(zoom, hasty)):
            try:
                await asking
            except ConferenceProviderFailed as error:
                told += "".join(traceback.format_exception_only(error))
                seen: BaseException | None = error
                while seen is not None:
                    told += f"{seen!r}{vars(seen)}"
                    seen = seen.__context__
        logging.getLogger("httpcore").setLevel(logging.NOTSET)
        assert (fault is None) == (not told)
        shown = told + caplog.text + "".join(capsys.readouterr())
        assert "/users/:id/meetings" in shown
        secret = [*vars_of(CREDENTIALS), *zoom.tokens, "anna@example.org", "host-1", "Signature", "uuid=="]
        assert [each for each in secret if each in shown] == []

    async def test_one_accounts_cookies_are_not_for_anothers_requests(
        self, zoom: ZoomApi, provider: ZoomProvider
    ) -> None:
        await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert {asked.cookie for _, asked in zoom.asked} == {None}

    async def test_a_proxy_is_used_where_the_environment_names_one(
        self, zoom: ZoomApi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
        monkeypatch.setenv("no_proxy", "")
        provider = connected(zoom)
        with pytest.raises(ConferenceProviderFailed):
            await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert zoom.asked == []
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        await provider.close()

    async def test_after_it_was_closed_nothing_is_asked(self, zoom: ZoomApi) -> None:
        provider = connected(zoom)
        zoom.token_seconds = 0.2
        asking = asyncio.create_task(provider.create(ACCOUNT, CREDENTIALS, a_meeting()))
        await asyncio.sleep(0.05)
        await provider.close()
        with pytest.raises((asyncio.CancelledError, ConferenceProviderFailed)):
            await asking
        with pytest.raises(RuntimeError, match="closed"):
            await provider.create(ACCOUNT, CREDENTIALS, a_meeting())


def vars_of(credentials: Credentials) -> list[str]:
    return [credentials["account_id"], credentials["client_id"], credentials["client_secret"]]
