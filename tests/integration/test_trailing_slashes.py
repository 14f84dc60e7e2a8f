"""Every GET route answers with and without a trailing slash."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar.routes import HTTPRoute

from atg_core.clock import utc_now
from atg_core.identity.email_tokens import Purpose
from atg_core.identity.model import Role
from atg_core.notifier import NoticeKind
from atg_core.shop.messages import Audience
from atg_entrypoints.container import Container
from atg_entrypoints.http.app import create_api
from tests.arranging import arrange, insert, rows_of
from tests.contracts.files.object_store import put
from tests.contracts.identity.store import session_of
from tests.people import account, sign_in
from tests.school import school
from tests.teaching import person


@pytest.fixture
def stocked_url() -> str:
    return "memory://"


def filled(path: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+):\w+\}", lambda match: values[match[1]], path)


def of_shop(path: str) -> bool:
    return path.startswith(
        ("/api/users", "/api/lessons", "/api/courses", "/api/promo-codes", "/api/support-tickets", "/admin/shop")
    )


def of_lessons(path: str) -> bool:
    prefixes = ("/groups", "/schedule", "/admin/conference-accounts", "/control-points", "/students")
    return path.startswith(prefixes)


async def a_customer(container: Container) -> None:
    """One of each that the shop keeps."""
    lesson = {"title": "x", "description": "", "price": 1, "is_active": True, "is_free": False}
    products = container.edit_products()
    await products.add_lesson({**lesson, "video_path": None, "text_content": None})
    course = {"title": "x", "description": "", "total_price": 1, "discount_price": None, "is_active": True}
    await products.add_course(course, [1])
    await container.edit_customers().register(777, {"first_name": "x"})
    await container.create_ticket()(1, "x", "y")
    await container.write_message()("x", Audience.ALL)
    code = {"code": "X", "discount_percent": 0, "discount_amount": None, "max_uses": None}
    await container.edit_promo_codes().add({**code, "is_active": True, "expires_at": None})


async def a_live_lesson(client: httpx.AsyncClient, container: Container) -> dict[str, str]:
    """With its group and a rule, in a room on this server."""
    await client.post("/admin/conference-accounts", json={"provider": "local", "label": "x"})
    group = (await client.post("/groups", json={"name": "x"})).json()["id"]
    now = container.clock()()
    times = {"start_time": now.isoformat(), "end_time": (now + timedelta(hours=1)).isoformat()}
    lesson = (await client.post("/schedule/lessons", json={"group_id": group, "title": "x", **times})).json()["id"]
    days = {"day_of_week": 0, "start_date": "2026-09-01", "end_date": "2027-05-31"}
    times = {"start_time": "09:00", "end_time": "10:00"}
    rule = await client.post("/schedule/recurring-lessons", json={"group_id": group, "title": "x", **days, **times})
    started = (await client.post(f"/schedule/lessons/{lesson}/start")).json()
    body = {"title": "x", "kind": "test", "date": "2026-09-01", "max_grade": 5}
    point = (await client.post(f"/groups/{group}/control-points", json=body)).json()["id"]
    me = (await client.get("/auth/me")).json()["user"]["id"]
    numbers = {"group_id": group, "lesson_id": lesson, "rule_id": rule.json()["id"], "account_id": 1}
    numbers |= {"control_point_id": point, "student_id": me}
    token = started["zoom_start_url"].partition("?")[2]
    return {name: str(number) for name, number in numbers.items()} | {"token": token}


async def a_visit(client: httpx.AsyncClient, container: Container) -> dict[str, Any]:
    """Of a campaign with one asset, with an email left."""
    await arrange(container, assets=[{"slug": "only", "name": "x", "campaign": "small"}])
    session = (await client.post("/session/start", json={"campaign": "small"})).json()["session_id"]
    await client.post("/view", json={"session_id": session, "asset_slug": "only"})
    left = (await client.post("/user/email", json={"session_id": session, "email": "a@example.com"})).json()
    token = container.confirmation_tokens().token(UUID(left["user_id"]), container.clock()())
    [asset] = [row["id"] for row in await rows_of(container, "campaign_assets") if row["slug"] == "only"]
    return {**left, "token": token, "asset_id": asset}


async def a_draft(client: httpx.AsyncClient, student: UUID) -> dict[str, str]:
    """Of homework for a group that the caller teaches, and is in; with a file."""
    group = (await client.post("/groups", json={"name": "homework"})).json()["id"]
    await client.post(f"/groups/{group}/students", json={"student_ids": [str(student)]})
    question = {"question_type": "TEXT", "text": "x", "points": 1, "allow_files": True}
    body = {"group_id": group, "title": "x", "questions": [question]}
    homework = (await client.post("/homework", json=body)).json()
    made = homework["id"]
    await client.post(f"/homework/{made}/publish")
    draft = (await client.post(f"/homework/{made}/submissions")).json()["id"]
    form = {"question_id": str(homework["questions"][0]["id"])}
    sent = await client.post(f"/submissions/{draft}/files", data=form, files={"file": ("x.txt", b"x")})
    return {"homework_id": str(made), "submission_id": str(draft), "file_id": sent.json()["id"]}


async def a_training(client: httpx.AsyncClient, me: str, course: UUID) -> dict[str, str]:
    """A bank, a learning path, and an assignment for the department that the caller leads and is in."""
    bank = (await client.post("/question-banks", json={"title": "x"})).json()["id"]
    path = (await client.post("/learning-paths", json={"title": "x", "courses": [{"course_id": str(course)}]})).json()
    await client.put(f"/admin/users/{me}", json={"department": "x"})
    await client.put(f"/admin/managers/{me}", json={"departments": ["x"]})
    body = {"course_id": str(course), "audience": "group", "department": "x"}
    assignment = (await client.post("/managed/assignments", json=body)).json()["id"]
    return {"bank_id": str(bank), "path_id": path["id"], "assignment_id": assignment}


async def an_invitation(client: httpx.AsyncClient, container: Container) -> str:
    """The token of a mailed link; the administrator who calls invites nobody themselves."""
    teacher = await person(client, container, "who-invites", Role.TEACHER)
    group = (await teacher.post("/groups", name="invited"))["id"]
    await teacher.post(f"/groups/{group}/students", 200, emails=["invited@example.com"])
    [invitation] = (await teacher.get(f"/groups/{group}/invitations"))["items"]
    token: str = container.invitation_tokens().token(UUID(invitation["id"]))
    return token


async def links(container: Container) -> dict[str, str]:
    """The query of each link that a mail may have."""
    mailed = account("mailed")
    session = session_of(mailed.user.id)
    paths = {
        Purpose.CONFIRM_EMAIL: "/auth/email/confirm",
        Purpose.RESET_PASSWORD: "/auth/password/reset",
        Purpose.REVOKE_SESSION: "/auth/sessions/revoke",
    }
    async with container.open_identity()() as store:
        await store.add_account(mailed)
        await store.add_session(session)
        for purpose in paths:
            await container.queue_account_email()(store, mailed.user, purpose, session_id=session.id)
    tokens = {row["purpose"]: row["id"] for row in await rows_of(container, "mail_tokens")}
    return {
        path: f"?token={container.email_token_signer().token(tokens[purpose], purpose)}"
        for purpose, path in paths.items()
    }


async def test_every_route_answers_with_and_without_a_trailing_slash(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    await sign_in(client, stocked, role=Role.ADMIN)
    at, number = await school(stocked), "ATG-2026-000001"
    me = UUID((await client.get("/auth/me")).json()["user"]["id"])
    await insert(
        stocked,
        "certificates",
        id=uuid4(),
        user_id=me,
        course_id=at.course,
        full_name="x",
        title="",
        issued_at=utc_now(),
        valid_until=None,
        round=1,
        number=number,
        verification_code="x",
        revoked_at=None,
    )
    await client.post(f"/courses/{at.course}/enroll")
    ids = {
        "user_id": (await client.get("/auth/me")).json()["user"]["id"],
        "station_id": str(at.station),
        "topic_id": str(at.topics[0]),
        "course_id": str(at.course),
        "lesson_id": str(at.lesson),
        "program_id": str(at.program),
        "test_id": str(at.final_test),
        "number": number,
    }
    ids |= await a_training(client, ids["user_id"], at.course)
    uploaded = {"data": {"kind": "stations"}, "files": {"file": ("stations.csv", b"short_name,name")}}
    ids["import_id"] = str((await client.post("/admin/imports", **uploaded)).json()["id"])
    await a_customer(stocked)
    visit = await a_visit(client, stocked)
    ids |= {"campaign": "small", "asset_id": str(visit["asset_id"]), **await a_draft(client, me)}
    lesson_ids = await a_live_lesson(client, stocked)
    shop_ids = dict.fromkeys(("user_id", "lesson_id", "course_id", "code_id", "ticket_id", "message_id"), "1")
    queries = {
        "/users/1/access": "?lesson_id=1",
        "/progress": f"?session_id={visit['session_id']}",
        "/promo": f"?user_id={visit['user_id']}",
        "/user/email/confirm": f"?token={visit['token']}",
        "/files": "?key=stations/1.png",
        "/certificates": "?code=x",
        "/admin/reports": f"?course_id={at.course}",
        "/schedule/calendar": "?start=2026-11-23&end=2026-11-30",
        "/invitations/answer": f"?token={await an_invitation(client, stocked)}",
        "/notices/unsubscribe": f"?token={stocked.unsubscribe_links().token(me, {NoticeKind.GRADE})}",
        "/meet": f"?{lesson_ids['token']}",
        **await links(stocked),
    }
    await put(stocked.object_store(), "stations/1.png")
    checked = 0
    for route in create_api(stocked).routes:
        if not isinstance(route, HTTPRoute) or "GET" not in route.methods or ":path" in route.path or "." in route.path:
            continue
        if route.path.startswith("/auth/oauth"):  # leads elsewhere: tests/contracts/identity/http_oauth.py
            continue
        own = shop_ids if of_shop(route.path) else lesson_ids if of_lessons(route.path) else ids
        path = filled(route.path, own)
        query = next((query for prefix, query in queries.items() if path.removeprefix("/api").startswith(prefix)), "")
        plain, slashed = await client.get(path + query), await client.get(f"{path}/{query}")
        assert plain.status_code == slashed.status_code == 200, path
        checked += 1
    assert checked >= 20
