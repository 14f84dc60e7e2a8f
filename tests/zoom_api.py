"""A fake Zoom: OAuth, meetings and recordings over real HTTP, rate limits, and webhooks.

    with ZoomApi() as zoom:
        zoom.faults["create"] = [SILENCE_AFTER, INTERNAL]    # one for each request, then none
        ...                                                  # OAuth at zoom.url, the API at zoom.api_url
        zoom.start(meeting_id)                               # the host comes
        zoom.finish(meeting_id)                              # and goes: `meeting.ended` to zoom.webhook_url
        assert zoom.violations == []

The routes that `faults` knows: `token`, `create`, `list`, `get`, `end`, `delete`, `recordings`, `download`, `cdn`.
`asked` has every request with its route, `events` all that was to be told, whether or not it was.
"""

import hmac
import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Thread
from types import TracebackType
from typing import Any, Self

import httpx

from tests.zoom_http import Listener
from tests.zoom_replies import RecordedFile, ZoomReplies

WEBHOOK_SECRET = "a secret token of the app"


class ZoomApi(ZoomReplies):
    """Listens on 127.0.0.1 while it is entered.

    `webhook_url`: where events go, each `webhook_times` times if it is not `finish` that says how often; None: nowhere.
    `violations`: what no host can do, such as having more meetings on than `capacity`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.webhook_url: str | None = None
        self.webhook_secret, self.webhook_times = WEBHOOK_SECRET, 1
        self.violations: list[str] = []
        self._telling: list[Thread] = []

    @property
    def api_url(self) -> str:
        return f"{self.url}/v2"

    def __enter__(self) -> Self:
        self._server = Listener(self)
        self.port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, args=[0.01], daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.end()
        self.all_told()

    def routes(self) -> list[str]:
        """Of all requests, in their order."""
        return [route for route, _ in self.asked]

    def start(self, meeting_id: int | str) -> None:
        """The host comes. Raises LookupError for a meeting that is not there, or no longer."""
        with self.lock:
            meeting = self.known(meeting_id)
            others = [m for m in self.meetings.values() if m.is_started and m.host == meeting.host and m is not meeting]
            if len(others) >= self.capacity:
                self.violations.append(f"{meeting.host[1]} has {len(others)} meetings on, and begins {meeting.id}")
            meeting.is_started = True

    def finish(self, meeting_id: int | str, *, times: int | None = None, **form: Any) -> list[int]:
        """The host goes; what was answered to `meeting.ended`, which is told `times` times in the form of
        `event`."""
        with self.lock:
            event = self.finished(self.known(meeting_id), **form)
        return self.tell(event, times=self.webhook_times if times is None else times)

    def record(self, uuid: str, size: int = 1000, *, kind: str = "MP4", status: str = "completed") -> RecordedFile:
        """A file of an instance; a minute and a half long."""
        name, content = secrets.token_hex(8), secrets.token_bytes(size)
        began = datetime(2026, 3, 9, 12, tzinfo=UTC)
        told = {"id": name, "meeting_id": uuid, "file_type": kind, "file_extension": kind, "file_size": size}
        told |= {"status": status, "download_url": f"{self.url}/rec/download/{name}"}
        told |= {"recording_start": f"{began:%FT%TZ}", "recording_end": f"{began + timedelta(seconds=90):%FT%TZ}"}
        self.recorded[uuid].append(file := RecordedFile(name, told, content))
        return file

    def tell(self, event: bytes, *, times: int = 1) -> list[int]:
        """Sends an event, now or late; what was answered."""
        if self.webhook_url is None:
            return []
        with httpx.Client(timeout=10, trust_env=False) as client:
            return [
                client.post(self.webhook_url, content=event, headers=self.signed(event)).status_code
                for _ in range(times)
            ]

    def signed(self, event: bytes) -> dict[str, str]:
        """The headers of an event."""
        timestamp = str(int(self.clock().timestamp()))
        digest = hmac.new(self.webhook_secret.encode(), b"v0:%s:%s" % (timestamp.encode(), event), "sha256")
        names = {"x-zm-request-timestamp": timestamp, "x-zm-signature": f"v0={digest.hexdigest()}"}
        return {**names, "Content-Type": "application/json"}

    def recording_event(self, meeting_id: int | str, **form: Any) -> bytes:
        """`recording.completed` of the last instance that is over."""
        return self.event("recording.completed", self.meetings[int(meeting_id)], **{"id_as": int, **form})

    def all_told(self) -> None:
        """Waits for the events of meetings that were ended by request."""
        while self._telling:
            self._telling.pop().join()

    def ended(self, event: bytes) -> None:
        self._telling.append(thread := Thread(target=self._tell_quietly, args=[event]))
        thread.start()

    def _tell_quietly(self, event: bytes) -> None:
        with suppress(httpx.HTTPError):
            self.tell(event, times=self.webhook_times)
