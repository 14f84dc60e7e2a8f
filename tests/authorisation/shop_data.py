"""Data of shop and campaigns, and tokens in emails."""

import hmac
import json
from typing import Any
from uuid import UUID

import httpx

from atg_core.identity.email_tokens import Purpose
from atg_core.notifier import NoticeKind
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.authorisation.learning_data import KEYS
from tests.authorisation.marks import OF_CUSTOMER
from tests.authorisation.people import People
from tests.contracts.conferencing.http_webhooks import NOON
from tests.contracts.conferencing.http_webhooks import SECRET as ZOOM_SECRET
from tests.contracts.shop.bot import Bot
from tests.contracts.shop.http_telegram import payment, signed


async def sell(people: People, client: httpx.AsyncClient) -> dict[str, Any]:
    """`bought`: a lesson that the customer has; `for_sale`, `bundle`: what they have not; `pending`: a purchase."""
    bot, admin = Bot(client), people.persons["admin"]
    names: dict[str, Any] = {"customer": await bot.customer(777), "shopper": await bot.customer(778)}
    for name in ("bought", "for_sale", "unsold"):
        lesson = {"title": name, "price": 100, "text_content": "x"}
        lesson |= {"video_path": KEYS["bought_video"]} if name == "bought" else {}
        names[name] = (await admin.post("/api/lessons", body=lesson))["id"]
    await admin.put(f"/api/lessons/{names['unsold']}", {"is_active": False})
    course = {"title": "x", "total_price": 100, "lesson_ids": [names["for_sale"]]}
    names["bundle"] = (await admin.post("/api/courses", body=course))["id"]
    names["paid"] = (await bot.buy(names["customer"], lesson_id=names["bought"]))["id"]
    pending = await bot.buy(names["customer"], lesson_id=names["for_sale"], pay=False)
    names |= {"pending": pending["id"], "update": payment(pending, sender=777)}
    code = {"code": "TEN", "discount_percent": 10}
    names["promo_code"] = (await admin.post("/api/promo-codes", body=code))["id"]
    ticket = {"user_id": names["customer"], "subject": "x", "message": OF_CUSTOMER}
    names["ticket"] = (await admin.post("/api/support-tickets", body=ticket))["id"]
    names["message"] = (await admin.post("/admin/shop/messages", body={"text": "x"}))["id"]
    names["init_data"] = signed(auth_date=str(int(NOON.timestamp())))
    return names


async def campaign(container: Container, client: httpx.AsyncClient) -> dict[str, Any]:
    """A visitor who has seen the one asset that there was, and has left an email; another who has seen nothing."""
    await arrange(container, assets=[{"slug": "only", "name": "x", "campaign": "small"}])
    started = [(await client.post("/session/start", json={"campaign": "small"})).json() for _ in range(2)]
    visit, fresh = (each["session_id"] for each in started)
    viewed = (await client.post("/view", json={"session_id": visit, "asset_slug": "only"})).json()
    left = (await client.post("/user/email", json={"session_id": visit, "email": "a@example.com"})).json()
    token = container.confirmation_tokens().token(UUID(left["user_id"]), NOON)
    await arrange(container, assets=[{"slug": "unseen", "name": "x", "campaign": "small"}])
    assets = {row["slug"]: row["id"] for row in await rows_of(container, "campaign_assets")}
    names = {"visit": visit, "fresh_visit": fresh, "reward": viewed["promo_code"], "participant": left["user_id"]}
    return names | {"participant_token": token, "asset": assets["only"], "unseen_asset": assets["unseen"]}


async def mailed(container: Container, people: People) -> dict[str, Any]:
    """The tokens of links, and of a session that lasts."""
    person, session = people.users["person"], people.sessions["person"]
    purposes = (Purpose.CONFIRM_EMAIL, Purpose.RESET_PASSWORD, Purpose.REVOKE_SESSION)
    async with container.open_identity()() as store:
        for purpose in purposes:
            await container.queue_account_email()(store, person, purpose, session_id=session.id)
    links = {row["purpose"]: row["id"] for row in await rows_of(container, "mail_tokens")}
    tokens = {f"{purpose}_link": container.email_token_signer().token(links[purpose], purpose) for purpose in purposes}
    refresh = container.tokens().refresh(session, session.rotation.confirmed)
    unsubscribe = container.unsubscribe_links().token(person.id, [NoticeKind.GRADE])
    code = await container.link_telegram().make_code(person.id)
    return tokens | {"refresh_token": refresh, "unsubscribe_link": unsubscribe, "linking_code": code.code}


def signed_event() -> dict[str, Any]:
    """An event of Zoom's, and its signature."""
    event = {"event": "endpoint.url_validation", "payload": {"plainToken": "plain"}}
    seconds, body = str(int(NOON.timestamp())), json.dumps(event)
    digest = hmac.new(ZOOM_SECRET.encode(), f"v0:{seconds}:{body}".encode(), "sha256").hexdigest()
    return {"zoom_event": body.encode(), "zoom_seconds": seconds, "zoom_signature": f"v0={digest}"}
