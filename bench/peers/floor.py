"""The floor: bare ASGI, one prepared statement a route by psycopg, a JWT check, msgspec, and nothing else.

No rules, no limits, no log, no errors: what any Python service pays that asks PostgreSQL one question for each request.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import jwt
import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from bench.peers import environment
from bench.peers import floor_statements as sql

type Message = dict[str, Any]
type Claims = dict[str, Any]
type Row = dict[str, Any]
type Handler = Callable[[str, str, bytes], Awaitable[bytes]]

_encode = msgspec.json.Encoder(decimal_format="string").encode
_pools: list[AsyncConnectionPool[AsyncConnection[Row]]] = []


async def _configure(connection: AsyncConnection[Row]) -> None:
    await connection.set_autocommit(True)
    connection.prepare_threshold = 0


async def _open() -> None:
    pool = AsyncConnectionPool(
        environment.DATABASE_URL,
        min_size=environment.POOL,
        max_size=environment.POOL,
        open=False,
        configure=_configure,
        kwargs={"row_factory": dict_row},
    )
    await pool.open(wait=True)
    _pools.append(pool)


async def _rows(statement: str, values: Sequence[Any] | Row = ()) -> list[Row]:
    async with _pools[0].connection() as connection:
        cursor = await connection.execute(statement.encode(), values, prepare=True)
        return await cursor.fetchall()


async def _row(statement: str, values: Sequence[Any] | Row = ()) -> Row:
    return (await _rows(statement, values))[0]


def _claims(authorization: str) -> Claims:
    claims: Claims = jwt.decode(
        authorization.removeprefix("Bearer "), environment.JWT_KEY, algorithms=["HS256"], audience="atg", issuer="atg"
    )
    return claims


async def stations(_key: str, _authorization: str, _body: bytes) -> bytes:
    return _encode({"data": await _rows(sql.STATIONS)})


async def station(key: str, _authorization: str, _body: bytes) -> bytes:
    return str((await _row(sql.STATION, (int(key),)))["body"]).encode()


async def course(key: str, _authorization: str, _body: bytes) -> bytes:
    return str((await _row(sql.COURSE, (UUID(key),)))["body"]).encode()


async def enrollments(_key: str, authorization: str, _body: bytes) -> bytes:
    return _encode({"data": await _rows(sql.ENROLLMENTS, (UUID(_claims(authorization)["sub"]),))})


async def me(_key: str, authorization: str, _body: bytes) -> bytes:
    claims = _claims(authorization)
    user = await _row(sql.ME, (UUID(claims["sid"]),))
    return _encode({"user": {"sub": user["id"], **user, "type": "access", "iat": claims["iat"], "exp": claims["exp"]}})


async def stats(_key: str, authorization: str, _body: bytes) -> bytes:
    totals = await _row(sql.STATS, {"user": UUID(_claims(authorization)["sub"])})
    certificates = totals.pop("certificates")
    return _encode({"stats": totals, "certificates": certificates})


class Progress(msgspec.Struct):
    completed: bool = False
    position_seconds: int = 0
    seconds_studied: int = 0


async def progress(key: str, authorization: str, body: bytes) -> bytes:
    claims, told = _claims(authorization), msgspec.json.decode(body, type=Progress)
    values = (uuid4(), UUID(claims["sub"]), int(key), told.completed, told.completed, told.position_seconds)
    return _encode(await _row(sql.PROGRESS, values))


async def enroll(key: str, authorization: str, _body: bytes) -> bytes:
    stored = await _row(sql.ENROLL, (uuid4(), UUID(_claims(authorization)["sub"]), UUID(key)))
    return _encode({"success": True, "enrollment": stored})


class View(msgspec.Struct):
    session_id: UUID
    asset_slug: str


async def view(_key: str, _authorization: str, body: bytes) -> bytes:
    seen = msgspec.json.decode(body, type=View)
    score = await _row(sql.VIEW, {"slug": seen.asset_slug, "session": seen.session_id})
    return _encode({"session_id": seen.session_id, "asset_slug": seen.asset_slug, **score})


async def learners(key: str, authorization: str, _body: bytes) -> bytes:
    _claims(authorization)
    rows = await _rows(sql.LEARNERS, (UUID(key),))
    total = rows[0]["total"] if rows else 0
    for row in rows:
        del row["total"]
    return _encode({"items": rows, "total": total, "page": 1, "size": 20, "pages": -(-total // 20)})


_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/auth/me", me),
    ("GET", "/courses/me/enrollments", enrollments),
    ("GET", "/stations", stations),
    ("GET", "/stations/([^/]+)", station),
    ("GET", "/courses/([^/]+)", course),
    ("GET", "/users/me/stats", stats),
    ("PUT", "/topics/([^/]+)/progress", progress),
    ("POST", "/courses/([^/]+)/enroll", enroll),
    ("POST", "/view/", view),
    ("GET", "/courses/([^/]+)/learners", learners),
)
_PATTERNS = [(method, re.compile(f"{pattern}/?"), handler) for method, pattern, handler in _ROUTES]


async def _lifespan(receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
    async with AsyncExitStack() as stack:
        while (message := await receive())["type"] == "lifespan.startup":
            await _open()
            stack.push_async_callback(_pools[0].close)
            await send({"type": "lifespan.startup.complete"})
    await send({"type": f"{message['type']}.complete"})


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    authorization = next((value.decode() for name, value in scope["headers"] if name == b"authorization"), "")
    body, more = b"", scope["method"] != "GET"
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    status, reply = 404, b"{}"
    for method, pattern, handler in _PATTERNS:
        if method == scope["method"] and (match := pattern.fullmatch(scope["path"])):
            status, reply = 200, await handler("".join(match.groups()), authorization, body)
            break
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(reply)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": reply})
