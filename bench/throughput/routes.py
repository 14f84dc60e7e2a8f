"""The routes that are measured, who answers them, and the requests for each."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID, uuid4

import jwt

from bench.throughput import population as of

FILE_KEY, FILE_BYTES = "public/bench.bin", 4 * 2**20
EVERYBODY = ("product", "floor", "fastapi", "django", "drf")
_ASYNC, _ALONE = ("product", "floor", "fastapi"), ("product",)


class Request(NamedTuple):
    method: str
    path: str
    user: int = 0
    """0: nobody signed in."""
    body: str = ""
    range: str = ""

    def line(self, tokens: Mapping[int, str]) -> str:
        authorization = f"Bearer {tokens[self.user]}" if self.user else ""
        return f"{self.method}\t{self.path}\t{authorization}\t{self.range}\t{self.body}"


class Route(NamedTuple):
    name: str
    requests: Callable[[], Sequence[Request]]
    contenders: Sequence[str] = EVERYBODY
    same_json: bool = True
    once: bool = False
    """Each request does its work once: none is sent twice."""
    large_only: bool = False


@cache
def token(user: int) -> str:
    """An access token of the user's session, as the product issues them."""
    now = datetime.now(UTC)
    issued = int(now.timestamp())
    role = {of.ADMIN: "admin", of.INSTRUCTOR: "instructor"}.get(user, "teacher" if user in of.TEACHERS else "user")
    claims = {
        "sub": str(UUID(of.user_id(user))),
        "sid": str(UUID(of.session_id(user))),
        "username": f"user{user}",
        "role": role,
        "type": "access",
        "iat": issued,
        "exp": int((now + timedelta(days=1)).timestamp()),
        "iss": "atg",
        "aud": "atg",
        "jti": uuid4().hex,
    }
    return jwt.encode(claims, of.SIGNING_KEY.encode(), algorithm="HS256", headers={"kid": "bench"})


def tokens(requests: Sequence[Request]) -> dict[int, str]:
    return {user: token(user) for user in {request.user for request in requests} - {0}}


def _by_learners(path: str) -> Callable[[], Sequence[Request]]:
    return lambda: [Request("GET", path, user) for user in of.LEARNERS]


def _courses(pattern: str, user: int = 0) -> Callable[[], Sequence[Request]]:
    return lambda: [
        Request("GET", pattern.format(UUID(of.course_id(number))), user) for number in range(1, of.COURSES + 1)
    ]


def _stats_of(users: range) -> Callable[[], Sequence[Request]]:
    return lambda: [Request("GET", "/users/me/stats", user) for user in users]


def _progress_of(users: range, most: int) -> Callable[[], Sequence[Request]]:
    body = json.dumps({"completed": True, "position_seconds": 77, "seconds_studied": 5})
    return lambda: [
        Request("PUT", f"/topics/{of.topics_of(user)[number]}/progress", user, body)
        for number in range(most)
        for user in users
    ]


def _enroll() -> Sequence[Request]:
    return [
        Request("POST", f"/courses/{UUID(of.courses_of(user)[number])}/enroll", user)
        for number in range(10)
        for user in of.LEARNERS
    ]


def _views() -> Sequence[Request]:
    return [
        Request("POST", "/view/", body=json.dumps({"session_id": str(UUID(of.visit_id(visit))), "asset_slug": slug}))
        for slug in (f"asset{number}" for number in range(1, of.ASSETS + 1))
        for visit in range(1, 2_001)
    ]


def _sign_ins() -> Sequence[Request]:
    return [
        Request("POST", "/auth/login", body=json.dumps({"username": f"user{number}", "password": of.PASSWORD}))
        for number in range(2_001, 4_001)
    ]


def _starts() -> Sequence[Request]:
    teachers = len(of.TEACHERS)
    return [
        Request("POST", f"/schedule/lessons/{of.FIRST_FUTURE_LESSON + number}/start", number % teachers + 1)
        for number in range(of.FUTURE_LESSONS)
    ]


ROUTES = {
    route.name: route
    for route in (
        Route("/auth/me", _by_learners("/auth/me")),
        Route("/courses/me/enrollments", _by_learners("/courses/me/enrollments")),
        Route("/stations", lambda: [Request("GET", "/stations")]),
        Route("/stations/{id}", lambda: [Request("GET", f"/stations/{n}") for n in range(1, of.STATIONS + 1)]),
        Route("/courses/{id}", _courses("/courses/{}")),
        Route("/users/me/stats", _by_learners("/users/me/stats")),
        Route("PUT progress", _progress_of(of.LEARNERS, of.TOPICS_OF_LEARNER), _ASYNC, same_json=False),
        Route("enroll again", _enroll, same_json=False),
        Route("/view/", _views, _ASYNC, same_json=False),
        Route("learners", _courses("/courses/{}/learners", of.INSTRUCTOR), _ASYNC),
        Route(
            "1 MiB range",
            lambda: [Request("GET", f"/files/stream/{FILE_KEY}", range="bytes=1000000-2048575")],
            ("product", "fastapi"),
            same_json=False,
        ),
        Route("sign-in", _sign_ins, _ALONE),
        Route("compliance", _courses("/admin/reports/compliance?course_id={}", of.ADMIN), _ALONE),
        Route("journal", lambda: [Request("GET", f"/groups/{n}/gradebook", n) for n in of.TEACHERS], _ALONE),
        Route(
            "calendar",
            lambda: [Request("GET", "/schedule/calendar?start=2026-10-01&end=2026-10-31", n) for n in of.TEACHERS],
            _ALONE,
        ),
        Route("lesson start", _starts, _ALONE, same_json=False, once=True),
        Route("stats, 20 completed", _stats_of(of.BEGINNERS), _ALONE, large_only=True),
        Route("stats, 2,000 completed", _stats_of(of.DILIGENT), _ALONE, large_only=True),
        Route("progress, 20 completed", _progress_of(of.BEGINNERS, 20), _ALONE, same_json=False, large_only=True),
        Route("progress, 2,000 completed", _progress_of(of.DILIGENT, 20), _ALONE, same_json=False, large_only=True),
    )
}
