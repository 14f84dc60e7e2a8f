"""The replies of `tests.zoom_api`, as documented at developers.zoom.us."""

import hmac
import json
import re
import secrets
import time
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from threading import Event, RLock
from typing import Any
from urllib.parse import unquote

from atg_core.conferencing.model import Credentials
from tests.zoom_http import Answer, Asked, Fault

CREDENTIALS = Credentials(account_id="acc-Main_1", client_id="client-Main_1", client_secret="secret/Main+1=")
DAILY_LIMIT = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular "
    "user. You may resume these requests at GMT 00:00:00."
)
_ROUTES = [
    ("token", "POST", r"/oauth/token"),
    ("create", "POST", r"/v2/users/([^/]+)/meetings"),
    ("list", "GET", r"/v2/users/([^/]+)/meetings"),
    ("get", "GET", r"/v2/meetings/([^/]+)"),
    ("end", "PUT", r"/v2/meetings/([^/]+)/status"),
    ("delete", "DELETE", r"/v2/meetings/([^/]+)"),
    ("recordings", "GET", r"/v2/meetings/([^/]+)/recordings"),
    ("download", "GET", r"/rec/download/([^/]+)"),
    ("cdn", "GET", r"/cdn/([^/]+)"),
]
type Host = tuple[str, str]


@dataclass
class Meeting:
    """`uuid`: of the instance that is on, or will be next; each that was on is in `past`."""

    id: int
    host: Host
    topic: str
    told: Mapping[str, Any]
    uuid: str
    is_started: bool = False
    is_deleted: bool = False
    past: list[str] = field(default_factory=list)


@dataclass
class RecordedFile:
    """`is_cut`: the body is shorter than Content-Length."""

    id: str
    told: dict[str, Any]
    content: bytes
    is_cut: bool = False


class ZoomReplies:
    """State and replies of the fake Zoom.

    `capacity`: meetings that a host may have on at once. `accounts`: by client id. `clock`: what decides on the day.
    `token_seconds`: how long a token takes. `next_uuids`: of the next instances of meetings, where they matter.
    `ends_slowly`: requests to delete a meeting that come before it has ended. `page_size`: the most that a list tells
    at once. `redirect_downloads_to`: where another host, or this one by another name, is.
    """

    def __init__(self) -> None:
        self.port = 0
        self.accounts = {CREDENTIALS["client_id"]: CREDENTIALS}
        self.capacity, self.daily_limit, self.page_size = 1, 100, 300
        self.token_lives, self.token_seconds = 3600, 0.0
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.next_uuids: list[str] = []
        self.ends_slowly = 0
        self.redirect_downloads_to: str | None = None
        self.faults: defaultdict[str, list[Fault]] = defaultdict(list)
        self.asked: list[tuple[str, Asked]] = []
        self.meetings: dict[int, Meeting] = {}
        self.recorded: defaultdict[str, list[RecordedFile]] = defaultdict(list)
        self.tokens: dict[str, tuple[str, float]] = {}
        self.created: Counter[tuple[Host, date]] = Counter()
        self.events: list[bytes] = []
        self.lock, self._over = RLock(), Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ended(self, event: bytes) -> None:
        """A meeting has ended because it was asked to."""

    def wait_until_over(self) -> None:
        self._over.wait()

    def take(self, asked: Asked) -> tuple[Answer | None, bool]:
        route, given = routed(asked)
        if route == "token":
            time.sleep(self.token_seconds)
        with self.lock:
            self.asked.append((route, asked))
            fault = self.faults[route].pop(0) if self.faults[route] else None
            answer = self._reply(route, given, asked) if fault is None or fault.done else None
        if fault is None:
            return answer, False
        return (fault.answer if fault.status else None), fault.drop

    def _reply(self, route: str, given: str, asked: Asked) -> Answer:
        if route in {"token", "cdn", "unknown"}:
            return self._open_to_all(route, given, asked)
        account = self._account(asked)
        if account is None:
            return refusal(401, 124, "Invalid access token.")
        if route in {"create", "list"}:
            host = account, unquote(given)
            return self._create(host, asked.told) if route == "create" else self._list(host, asked.told)
        if route in {"download", "recordings"}:
            return self._download(given) if route == "download" else self._recordings(given)
        meeting = self.meetings.get(int(given)) if given.isdigit() else None
        if meeting is None or meeting.is_deleted or meeting.host[0] != account:
            return refusal(404, 3001, f"Meeting does not exist: {given}.")
        return {"get": self._get, "end": self._end, "delete": self._delete}[route](meeting)

    def _open_to_all(self, route: str, given: str, asked: Asked) -> Answer:
        if route == "unknown":
            return refusal(404, 2300, "This API endpoint is not recognized.")
        return self._token(asked) if route == "token" else self._content(given)

    def _token(self, asked: Asked) -> Answer:
        client_id, _, secret = b64decode((asked.authorization or "").removeprefix("Basic ")).decode().partition(":")
        known = self.accounts.get(client_id)
        if known is None or not hmac.compare_digest(secret, known["client_secret"]):
            return Answer(400, {"reason": "Invalid client_id or client_secret", "error": "invalid_client"})
        expected = {"grant_type": "account_credentials", "account_id": known["account_id"]}
        if dict(asked.told) != expected:
            return Answer(400, {"reason": "Bad Request", "error": "invalid_request"})
        token = f"token-{secrets.token_urlsafe(40)}"
        self.tokens[token] = known["account_id"], time.monotonic() + self.token_lives
        told = {"access_token": token, "token_type": "bearer", "expires_in": self.token_lives}
        cookie = {"Set-Cookie": f"cred={known['account_id']}; Path=/; HttpOnly"}
        return Answer(200, {**told, "scope": "meeting:write:admin", "api_url": self.url}, cookie)

    def _account(self, asked: Asked) -> str | None:
        account, until = self.tokens.get((asked.authorization or "").removeprefix("Bearer "), (None, 0.0))
        return account if time.monotonic() < until else None

    def _create(self, host: Host, told: Mapping[str, Any]) -> Answer:
        today = host, self.clock().astimezone(UTC).date()
        if self.created[today] >= self.daily_limit:
            midnight = datetime.combine(today[1] + timedelta(days=1), datetime.min.time())
            limit = {"X-RateLimit-Category": "Medium", "X-RateLimit-Type": "Daily-limit", "X-RateLimit-Remaining": "0"}
            return refusal(429, 429, DAILY_LIMIT, {**limit, "Retry-After": f"{midnight:%FT%TZ}"})
        if len(told["topic"]) > 200 or told["duration"] < 1 or not told["start_time"].endswith("Z"):
            return refusal(400, 300, "Validation Failed.")
        self.created[today] += 1
        meeting = Meeting(secrets.randbelow(9 * 10**10) + 10**10, host, told["topic"], told, self._uuid())
        self.meetings[meeting.id] = meeting
        return Answer(201, self._told(meeting))

    def _list(self, host: Host, told: Mapping[str, Any]) -> Answer:
        """`next_page_token` says how many there were before."""
        mine = [meeting for meeting in self.meetings.values() if meeting.host == host and not meeting.is_deleted]
        size, first = min(int(told.get("page_size", 30)), self.page_size), int(told.get("next_page_token", 0))
        shown = [{**self._told(each), "start_url": None, "status": None} for each in mine[first : first + size]]
        page = [{name: value for name, value in each.items() if value is not None} for each in shown]
        following = str(first + size) if first + size < len(mine) else ""
        counts = {"page_size": size, "total_records": len(mine)}
        return Answer(200, {**counts, "next_page_token": following, "meetings": page})

    def _told(self, meeting: Meeting) -> dict[str, Any]:
        join_url = f"https://us05web.zoom.us/j/{meeting.id}?pwd=abc"
        start_url = f"https://us05web.zoom.us/s/{meeting.id}?zak={secrets.token_urlsafe(20)}"
        links = {"start_url": start_url, "join_url": join_url, "topic": meeting.topic, "type": 2}
        status = "started" if meeting.is_started else "waiting"
        return {"id": meeting.id, "uuid": meeting.uuid, "host_id": meeting.host[1], "status": status, **links}

    def _get(self, meeting: Meeting) -> Answer:
        return Answer(200, self._told(meeting))

    def _end(self, meeting: Meeting) -> Answer:
        if meeting.is_started and not self.ends_slowly:
            self.ended(self.finished(meeting))
        return Answer(204)

    def _delete(self, meeting: Meeting) -> Answer:
        """Its recordings stay."""
        if meeting.is_started:
            if self.ends_slowly:
                self.ends_slowly -= 1
                if not self.ends_slowly:
                    self.finished(meeting)
            return refusal(400, 3002, "Sorry, you cannot delete this meeting since it is in progress.")
        meeting.is_deleted = True
        return Answer(204)

    def _recordings(self, given: str) -> Answer:
        """A path is decoded once on its way, so that a uuid with a slash does not arrive unless it is escaped twice."""
        uuid = unquote(given)
        if uuid.startswith("/") or "//" in uuid:
            return refusal(404, 2300, "This API endpoint is not recognized.")
        uuid = unquote(uuid) if "%" in uuid else uuid
        files = self.recorded.get(uuid)
        if not files:
            return refusal(404, 3301, "This recording does not exist.")
        return Answer(200, {"uuid": uuid, "recording_files": [file.told for file in files]})

    def _download(self, name: str) -> Answer:
        if self.redirect_downloads_to is None:
            return self._content(name)
        where = f"{self.redirect_downloads_to}/cdn/{name}?Policy=p&Signature=s"
        return Answer(302, b"", {"Location": where})

    def _content(self, name: str) -> Answer:
        files = {file.id: file for files in self.recorded.values() for file in files}
        if name not in files:
            return Answer(404, b"<h1>Not found</h1>")
        file = files[name]
        length = len(file.content) + 1 if file.is_cut else None
        return Answer(200, file.content, {"Content-Type": "video/mp4"}, length)

    def finished(self, meeting: Meeting, **form: Any) -> bytes:
        """What Zoom tells of it, in the form of `event`; the next instance is another."""
        meeting.past.append(meeting.uuid)
        meeting.is_started, meeting.uuid = False, self._uuid()
        return self.event("meeting.ended", meeting, **form)

    def event(self, name: str, meeting: Meeting, *, id_as: type[int | str] = str, with_uuid: bool = True) -> bytes:
        """Of the last instance that is over."""
        told = {"id": id_as(meeting.id), "host_id": meeting.host[1], "topic": meeting.topic, "type": 2}
        told |= {"uuid": meeting.past[-1]} if with_uuid else {}
        payload = {"account_id": meeting.host[0], "object": told}
        event = json.dumps({"event": name, "event_ts": time.time_ns() // 10**6, "payload": payload}).encode()
        self.events.append(event)
        return event

    def known(self, meeting_id: int | str) -> Meeting:
        """Raises LookupError for one that is not there, or no longer."""
        meeting = self.meetings[int(meeting_id)]
        if meeting.is_deleted:
            raise LookupError(meeting_id)
        return meeting

    def _uuid(self) -> str:
        return self.next_uuids.pop(0) if self.next_uuids else b64encode(secrets.token_bytes(16)).decode()


def refusal(status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, {"code": code, "message": message}, headers or {})


def routed(asked: Asked) -> tuple[str, str]:
    """The route, and what it names."""
    for route, method, path in _ROUTES:
        if method == asked.method and (found := re.fullmatch(path, asked.path)):
            return route, found[found.re.groups]
    return "unknown", ""
