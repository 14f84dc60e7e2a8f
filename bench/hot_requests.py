"""The requests whose calls are counted, over the example data."""

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, NamedTuple

from atg_core.identity.model import Role
from atg_entrypoints.cli.importing import open_folder
from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.conftest import EXAMPLES
from tests.people import PASSWORD, account, begin_session
from tests.school import school

_TEACHING = (
    *("groups", "recurring-lessons", "scheduled-lessons", "attendance", "control-points", "control-point-grades"),
)


class Request(NamedTuple):
    method: str
    path: str
    token: str = ""
    data: Any = None
    range: str = ""

    @property
    def body(self) -> bytes:
        return b"" if self.data is None else json.dumps(self.data).encode()

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        found = [(b"authorization", f"Bearer {self.token}".encode())] if self.token else []
        if self.range:
            found.append((b"range", self.range.encode()))
        if self.data is not None:
            found += [(b"content-type", b"application/json"), (b"content-length", str(len(self.body)).encode())]
        return found


type Call = Callable[[Request], Awaitable[bytes]]


async def hot_requests(container: Container, call: Call, repeated: int) -> dict[str, Sequence[Request]]:
    """By route, each as many times as asked for."""
    await _import_teaching(container)
    place = await school(container)
    learner, teacher, admin = [await _signed_in(container, role) for role in (Role.USER, None, Role.ADMIN)]
    course, topic = f"/courses/{place.course}", place.topics[0]
    await call(Request("POST", f"{course}/enroll", learner))
    groups = json.loads(await call(Request("GET", "/groups", teacher)))
    group = next(iter(groups["items"] if isinstance(groups, dict) else groups))["id"]
    visit = json.loads(await call(Request("POST", "/session/start")))["session_id"]
    await container.object_store().put(
        "public/counted.bin", _content(), content_type="application/octet-stream", max_bytes=2**21
    )
    same = {
        "/auth/me": Request("GET", "/auth/me", learner),
        "/courses/me/enrollments": Request("GET", "/courses/me/enrollments", learner),
        "/stations": Request("GET", "/stations"),
        "/stations/{id}": Request("GET", f"/stations/{place.station}"),
        "/courses/{id}": Request("GET", course),
        "/users/me/stats": Request("GET", "/users/me/stats", learner),
        "PUT progress": Request("PUT", f"/topics/{topic}/progress", learner, {"completed": True, "seconds_studied": 5}),
        "enroll again": Request("POST", f"{course}/enroll", learner),
        "/view/": Request("POST", "/view/", data={"session_id": visit, "asset_slug": "gas-turbine"}),
        "learners": Request("GET", f"{course}/learners", admin),
        "1 MiB range": Request("GET", "/files/stream/public/counted.bin", range="bytes=0-1048575"),
        "sign-in": Request("POST", "/auth/login", data={"username": "counted-user", "password": PASSWORD}),
        "compliance": Request("GET", f"/admin/reports/compliance?course_id={place.course}", admin),
        "journal": Request("GET", f"/groups/{group}/gradebook", teacher),
        "calendar": Request("GET", "/schedule/calendar?start=2026-10-01&end=2026-10-31", teacher),
    }
    starts = [await _lesson(container, call, teacher, group) for _ in range(repeated)]
    return {name: [request] * repeated for name, request in same.items()} | {"lesson start": starts}


async def _import_teaching(container: Container) -> None:
    with ExitStack() as stack:
        sources = [source for source, _ in open_folder(EXAMPLES, stack) if source.kind.name in _TEACHING]
        await container.import_files()(sources)
    await arrange(container, conference_accounts=[{"label": "Counted", "provider": "local", "capacity": "100"}])


async def _signed_in(container: Container, role: Role | None) -> str:
    """The token of a new account, or of the teacher whom the example data has."""
    async with container.open_identity()() as store:
        if role is None:
            found = await store.find_account("teacher")
        else:
            found = account(f"counted-{role}", role=role)
            await store.add_account(found)
    assert found is not None
    return await begin_session(container, found.user)


async def _content() -> Any:
    yield b"-" * 2**21


async def _lesson(container: Container, call: Call, teacher: str, group: int) -> Request:
    """The start of a new one that begins soon."""
    start = container.clock()() + timedelta(minutes=5)
    times = {"start_time": start.isoformat(), "end_time": (start + timedelta(hours=1)).isoformat()}
    data = {"group_id": group, "title": "Занятие", "allow_overlap": True, **times}
    lesson = json.loads(await call(Request("POST", "/schedule/lessons", teacher, data)))
    return Request("POST", f"/schedule/lessons/{lesson['id']}/start", teacher)
