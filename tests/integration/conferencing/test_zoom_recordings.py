"""Downloads of recordings from Zoom: redirects, SSRF, and where the token is sent."""

import pytest

from atg_adapters.zoom.provider import ZoomProvider
from atg_core.conferencing.ports import ConferenceProviderFailed, ConferenceProviderTimedOut
from tests.contracts.conferencing.provider import a_meeting
from tests.integration.conferencing.zoom_fixtures import ACCOUNT, WithZoom, connected, downloaded
from tests.integration.running import free_port
from tests.zoom_api import ZoomApi
from tests.zoom_http import (
    DROP,
    INTERNAL,
    INVALID_TOKEN,
    SILENCE,
    Fault,
)
from tests.zoom_replies import CREDENTIALS


class TestRecordings(WithZoom):
    async def test_pictures_and_sound_that_are_complete_are_told(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        video, sound = zoom.record("uuid==", 7), zoom.record("uuid==", 5, kind="M4A")
        for kind in ("CHAT", "TRANSCRIPT", "TIMELINE", "CC", "CSV", "SUMMARY"):
            zoom.record("uuid==", kind=kind)
        zoom.record("uuid==", status="processing")
        zoom.recorded["uuid=="][2].told.pop("id")
        files = await provider.recording_files(ACCOUNT, CREDENTIALS, "uuid==")
        assert [(file.id, file.url, file.media_type, file.extension, file.size) for file in files] == [
            (video.id, video.told["download_url"], "video/mp4", "mp4", 7),
            (sound.id, sound.told["download_url"], "audio/mp4", "m4a", 5),
        ]
        assert [file.duration_seconds for file in files] == [90, 90]

    @pytest.mark.parametrize("uuid", ["/ajXp112QmuoKj4854875==", "aj//Xp==", "a/b+c%=="])
    async def test_a_uuid_with_slashes_arrives_as_it_is(self, zoom: ZoomApi, provider: ZoomProvider, uuid: str) -> None:
        zoom.next_uuids = [uuid]
        made = await provider.create(ACCOUNT, CREDENTIALS, a_meeting())
        assert made.uuid == uuid
        zoom.record(uuid)
        assert len(await provider.recording_files(ACCOUNT, CREDENTIALS, uuid)) == 1

    @pytest.mark.parametrize(
        "left_out",
        [
            {"file_size": None},
            {"recording_end": "soon"},
            {"recording_start": ""},
            {"recording_end": "2026-03-09T12:00"},
        ],
    )
    async def test_what_zoom_does_not_tell_is_not_known(
        self, zoom: ZoomApi, provider: ZoomProvider, left_out: dict[str, object]
    ) -> None:
        recorded = zoom.record("uuid==")
        recorded.told |= left_out
        (file,) = await provider.recording_files(ACCOUNT, CREDENTIALS, "uuid==")
        assert (file.size is None) == ("file_size" in left_out)
        assert (file.duration_seconds is None) == ("file_size" not in left_out)

    @pytest.mark.parametrize("size", [0, 1, 3_000_000])
    async def test_a_recording_is_downloaded_as_it_is(self, zoom: ZoomApi, provider: ZoomProvider, size: int) -> None:
        recorded = zoom.record("uuid==", size)
        assert await downloaded(zoom, provider) == recorded.content
        assert zoom.routes() == ["token", "recordings", "download"]

    async def test_the_token_stays_with_the_first_host(self, zoom: ZoomApi) -> None:
        """As of Zoom: `zoom.us` goes on to `ssrweb.zoom.us`."""
        provider = ZoomProvider(oauth_url=f"http://localhost:{zoom.port}", api_url=zoom.api_url, pause=0.01)
        zoom.redirect_downloads_to = f"http://localhost:{zoom.port}"
        recorded = zoom.record("uuid==")
        assert await downloaded(zoom, provider) == recorded.content
        asked = dict(zoom.asked)
        assert asked["download"].authorization
        assert asked["cdn"].authorization is None
        assert asked["cdn"].told == {"Policy": "p", "Signature": "s"}
        await provider.close()

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "http://localhost:{port}",
            "http://127.0.0.1:{other}",
            "http://127.0.0.2:{port}",
            "http://[::1]:{port}",
            "http://anna@127.0.0.1:{port}",
            "https://127.0.0.1:{port}",
        ],
    )
    @pytest.mark.parametrize("is_redirected", [True, False])
    async def test_other_hosts_are_not_asked(
        self, zoom: ZoomApi, provider: ZoomProvider, elsewhere: str, is_redirected: bool
    ) -> None:
        url = elsewhere.format(port=zoom.port, other=free_port())
        recorded = zoom.record("uuid==")
        if is_redirected:
            zoom.redirect_downloads_to = url
        else:
            recorded.told["download_url"] = f"{url}/cdn/{recorded.id}"
        with pytest.raises(ConferenceProviderFailed):
            await downloaded(zoom, provider)
        assert zoom.routes() == ["token", "recordings"] + ["download"] * is_redirected

    @pytest.mark.parametrize(
        ("url", "is_allowed"),
        [
            ("https://zoom.us/rec/download/a?b=c", True),
            ("https://us06web.zoom.us/rec/download/a", True),
            ("https://SSRWEB.zoom.us/cmr/a.mp4?Signature=b", True),
            ("https://zoom.us:443/a", True),
            ("http://zoom.us/a", False),
            ("https://zoom.us:8443/a", False),
            ("https://anna@zoom.us/a", False),
            ("https://zoom.us.example.org/a", False),
            ("https://evilzoom.us/a", False),
            ("https://zoom.us\\@example.org/a", False),
            ("https://example.org/zoom.us", False),
            ("https://169.254.169.254/a", False),
            ("https://2130706433/a", False),
            ("https://[::ffff:10.0.0.1]/a", False),
            ("https:///a", False),
            ("https://[", False),
            ("file:///etc/passwd", False),
            ("//zoom.us/a", False),
            ("", False),
        ],
    )
    async def test_recordings_come_from_zoom_alone(self, url: str, is_allowed: bool) -> None:
        provider = ZoomProvider()
        try:
            provider._downloads._allowed(url)
        except ConferenceProviderFailed:
            assert not is_allowed
        else:
            assert is_allowed
        await provider.close()

    async def test_a_circle_is_left(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        recorded = zoom.record("uuid==")
        zoom.faults["download"] = [Fault(302, headers={"Location": f"/rec/download/{recorded.id}"})] * 20
        with pytest.raises(ConferenceProviderFailed):
            await downloaded(zoom, provider)
        assert zoom.routes().count("download") == 5

    async def test_a_step_may_be_to_a_path_alone(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        recorded = zoom.record("uuid==")
        zoom.faults["download"] = [Fault(302, headers={"Location": f"/cdn/{recorded.id}#t=1"})]
        assert await downloaded(zoom, provider) == recorded.content

    async def test_a_token_that_has_expired_meanwhile_is_replaced(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        recorded = zoom.record("uuid==")
        zoom.faults["download"] = [INVALID_TOKEN]
        assert await downloaded(zoom, provider) == recorded.content
        assert zoom.routes() == ["token", "recordings", "download", "token", "download"]

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(200, page=b"<html>Only the host can download this recording.</html>"),
            Fault(200, 3301, "This recording does not exist."),
            Fault(404, 3301, "This recording does not exist."),
            Fault(304),
            INTERNAL,
            DROP,
        ],
    )
    async def test_a_page_is_no_recording(self, zoom: ZoomApi, provider: ZoomProvider, fault: Fault) -> None:
        zoom.record("uuid==")
        zoom.faults["download"] = [fault]
        with pytest.raises(ConferenceProviderFailed):
            await downloaded(zoom, provider)

    @pytest.mark.parametrize("is_cut", [True, False])
    async def test_half_a_recording_is_none(self, zoom: ZoomApi, provider: ZoomProvider, is_cut: bool) -> None:
        recorded = zoom.record("uuid==", 1000)
        recorded.is_cut = is_cut
        recorded.told["file_size"] = 1001
        with pytest.raises(ConferenceProviderTimedOut):
            await downloaded(zoom, provider)

    async def test_a_download_that_falls_silent_is_given_up(self, zoom: ZoomApi) -> None:
        provider = connected(zoom, download_seconds=0.3)
        zoom.record("uuid==")
        zoom.faults["download"] = [SILENCE]
        with pytest.raises(ConferenceProviderTimedOut):
            await downloaded(zoom, provider)
        await provider.close()

    async def test_a_download_may_be_left_in_the_middle(self, zoom: ZoomApi, provider: ZoomProvider) -> None:
        recorded = zoom.record("uuid==", 3_000_000)
        (file,) = await provider.recording_files(ACCOUNT, CREDENTIALS, "uuid==")
        async with provider.download(ACCOUNT, CREDENTIALS, file) as chunks:
            assert recorded.content.startswith(await anext(chunks))
        assert await downloaded(zoom, provider) == recorded.content
