"""Campaigns on SQL: what happens within a visitor's request, and the mails that follow."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.campaign_assets import asset_of
from atg_adapters.sql.promo_codes import SqlPromoCodes
from atg_adapters.sql.tables.campaigns import (
    campaign_assets,
    campaign_counts,
    campaign_participants,
    campaign_progress,
    campaign_sessions,
    promo_codes,
    promo_mails,
    view_events,
)
from atg_adapters.sql.types import UtcDateTime
from atg_core.campaigns.model import (
    IDLE,
    Asset,
    Count,
    Event,
    EventType,
    Participant,
    PromoCode,
    Session,
    Standing,
)
from atg_core.campaigns.ports import (
    ParticipantNotFound,
    SessionNotFound,
)

_sessions, _assets, _seen = campaign_sessions.c, campaign_assets.c, campaign_progress.c
_people, _codes, _mails, _events = campaign_participants.c, promo_codes.c, promo_mails.c, view_events.c
_id: sa.BindParameter[Any] = sa.bindparam("key")
_email: sa.BindParameter[str] = sa.bindparam("address")
_since = sa.bindparam("since", type_=UtcDateTime)
_now = sa.bindparam("now", type_=UtcDateTime)

_SESSION = (
    sa.select(campaign_sessions)
    .where(_sessions.id == _id, _sessions.is_active, _sessions.last_seen >= _since)
    .with_for_update()
)
_SAVE_SESSION = sa.update(campaign_sessions).where(_sessions.id == _id)
_LATEST_SESSION = (
    sa.select(_sessions.id).where(_sessions.participant_id == _id).order_by(_sessions.last_seen.desc()).limit(1)
)
_ASSET = sa.select(campaign_assets).where(_assets.campaign == sa.bindparam("campaign"), _assets.slug == _id)
_new_view = insert(campaign_progress)
_NOTE_VIEW = _new_view.on_conflict_do_update(
    index_elements=["session_id", "asset_id"], set_={"times_viewed": _seen.times_viewed + 1}
).returning(_seen.times_viewed)
_LACKING = (
    sa.select(sa.func.count(), sa.func.count(_seen.asset_id))
    .select_from(campaign_assets)
    .outerjoin(campaign_progress, sa.and_(_seen.asset_id == _assets.id, _seen.session_id == _id))
    .where(_assets.campaign == sa.bindparam("campaign"))
)


def _standings(mine: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Of the sessions that `mine` picks."""
    of_mine = sa.select(_sessions.id).where(mine)
    views = (
        sa.select(
            _seen.asset_id,
            sa.func.min(_seen.viewed_at).label("viewed_at"),
            sa.func.sum(_seen.times_viewed).label("times_viewed"),
        )
        .where(_seen.session_id.in_(of_mine))
        .group_by(_seen.asset_id)
        .subquery()
    )
    return (
        sa.select(
            _assets.slug.label("asset_slug"),
            _assets.name,
            _assets.points,
            views.c.viewed_at,
            sa.func.coalesce(views.c.times_viewed, 0).label("times_viewed"),
        )
        .outerjoin(views, views.c.asset_id == _assets.id)
        .where(_assets.campaign.in_(sa.select(_sessions.campaign).where(mine)))
        .order_by(_assets.id)
    )


_STANDINGS_OF_SESSION = _standings(_sessions.id == _id)
_STANDINGS_OF_PARTICIPANT = _standings(_sessions.participant_id == _id)
_new_participant = insert(campaign_participants)
# The update changes nothing; it holds the row, and makes RETURNING give one that was there before.
_PARTICIPANT_OF = _new_participant.on_conflict_do_update(
    index_elements=["email"], set_={"email": _new_participant.excluded.email}
).returning(*_people)
_PARTICIPANT = sa.select(campaign_participants).where(_people.id == _id).with_for_update()
_FIND_PARTICIPANT = sa.select(campaign_participants).where(_people.email == _email)
_SAVE_PARTICIPANT = sa.update(campaign_participants).where(_people.id == _id)
_CONFIRM_PENDING = (
    sa.update(campaign_sessions)
    .where(_sessions.participant_id == _id, _sessions.pending_email == _email)
    .values(pending_email=None)
)
_TOTAL_SCORE = sa.select(sa.func.coalesce(sa.func.sum(_assets.points), 0)).where(
    _assets.id.in_(
        sa.select(_seen.asset_id)
        .join(campaign_sessions, _sessions.id == _seen.session_id)
        .where(_sessions.participant_id == _id)
    )
)
_named = _events.raw_payload["email"].as_string()
_EMAILS_SINCE = (
    sa.select(_named, sa.func.min(_events.timestamp, type_=UtcDateTime))
    .where(_events.session_id == _id, _events.event_type == EventType.EMAIL_SUBMITTED, _events.timestamp > _since)
    .group_by(_named)
)
_new_count = insert(campaign_counts)
_COUNT = _new_count.on_conflict_do_update(
    index_elements=["day", "counter", "asset_id"],
    set_={"number": campaign_counts.c.number + _new_count.excluded.number},
)


class SqlCampaigns(SqlPromoCodes):
    """`CampaignStore` within the transaction of `connection`."""

    async def add_session(self, session: Session) -> None:
        await self.connection.execute(sa.insert(campaign_sessions), asdict(session))

    async def session(self, session_id: UUID, now: datetime) -> Session:
        row = await self._first(_SESSION, key=session_id, since=now - IDLE)
        if row is None:
            raise SessionNotFound
        return convert(row, Session, from_attributes=True)

    async def save_session(self, session: Session) -> None:
        await self.connection.execute(_SAVE_SESSION.values(_changed(session)), {"key": session.id})

    async def latest_session(self, participant_id: UUID) -> UUID | None:
        row = await self._first(_LATEST_SESSION, key=participant_id)
        return row.id if row else None

    async def asset(self, campaign: str, slug: str) -> Asset:
        return asset_of(await self._first(_ASSET, campaign=campaign, key=slug))

    async def note_view(self, session_id: UUID, asset_id: int, now: datetime) -> int:
        view = {"session_id": session_id, "asset_id": asset_id, "viewed_at": now, "times_viewed": 1}
        times: int = (await self.connection.execute(_NOTE_VIEW, view)).scalar_one()
        return times

    async def is_complete(self, session: Session) -> bool:
        assets, viewed = await self._first(_LACKING, key=session.id, campaign=session.campaign)
        return bool(assets) and assets == viewed

    async def standings_of_session(self, session_id: UUID) -> list[Standing]:
        return await self._standings(_STANDINGS_OF_SESSION, session_id)

    async def standings_of_participant(self, participant_id: UUID) -> list[Standing]:
        return await self._standings(_STANDINGS_OF_PARTICIPANT, participant_id)

    async def _standings(self, statement: sa.Executable, key: UUID) -> list[Standing]:
        rows = await self.connection.execute(statement, {"key": key})
        return [convert(row, Standing, from_attributes=True, strict=False) for row in rows]

    async def participant_of(self, new: Participant) -> tuple[Participant, bool]:
        participant = _participant(await self._first(_PARTICIPANT_OF, **asdict(new)))
        return participant, participant.id == new.id

    async def participant(self, participant_id: UUID) -> Participant:
        return _participant(await self._first(_PARTICIPANT, key=participant_id))

    async def find_participant(self, email: str) -> Participant | None:
        row = await self._first(_FIND_PARTICIPANT, address=email)
        return _participant(row) if row else None

    async def save_participant(self, participant: Participant) -> None:
        await self.connection.execute(_SAVE_PARTICIPANT.values(_changed(participant)), {"key": participant.id})

    async def confirm_pending(self, participant: Participant) -> None:
        await self.connection.execute(_CONFIRM_PENDING, {"key": participant.id, "address": participant.email})

    async def total_score(self, participant_id: UUID) -> int:
        total: int = (await self.connection.execute(_TOTAL_SCORE, {"key": participant_id})).scalar_one()
        return total

    async def emails_since(self, session_id: UUID, since: datetime) -> dict[str, datetime]:
        rows = await self.connection.execute(_EMAILS_SINCE, {"key": session_id, "since": since})
        return {row[0]: row[1] for row in rows}

    async def record(self, *events: Event) -> None:
        await self.connection.execute(sa.insert(view_events), [asdict(event) for event in events])

    async def count(self, *counts: Count) -> None:
        rows = [
            {"counter": each.counter, "day": each.day, "asset_id": each.asset_id, "number": each.by}
            for each in sorted(counts)  # in the same order everywhere, so that none waits for another in a circle
        ]
        if rows:
            await self.connection.execute(_COUNT, rows)


def _changed(record: Session | Participant | PromoCode) -> dict[str, Any]:
    return {name: value for name, value in asdict(record).items() if name != "id"}


def _participant(row: Any) -> Participant:
    if row is None:
        raise ParticipantNotFound
    return convert(row, Participant, from_attributes=True)
