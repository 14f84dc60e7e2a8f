"""Visitor sessions on SQL, with participants, events and counters."""

import secrets
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.campaigns.promo_codes import SqlPromoCodes
from atg_adapters.sql.rows import numbered, numbered_binds, saved, saving, split, values_of
from atg_adapters.sql.statements import Values
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
    IDLE_TIMEOUT,
    Activity,
    Asset,
    AssetProgress,
    EventType,
    Participant,
    PromoCode,
    Session,
)
from atg_core.campaigns.ports import AssetNotFound, ParticipantNotFound, SessionNotFound

_sessions, _assets, _seen = campaign_sessions.c, campaign_assets.c, campaign_progress.c
_people, _codes, _mails, _events = campaign_participants.c, promo_codes.c, promo_mails.c, view_events.c
_id: sa.BindParameter[Any] = sa.bindparam("key")
_email: sa.BindParameter[str] = sa.bindparam("address")
_since = sa.bindparam("since", type_=UtcDateTime)
_now = sa.bindparam("now", type_=UtcDateTime)

SLOTS = 32
"""Rows of each counter: transactions at the same moment rarely wait for each other; their numbers are summed."""

_is_open = sa.and_(_sessions.id == _id, _sessions.last_seen >= _since)
_SESSION = sa.select(campaign_sessions).where(_is_open).with_for_update(key_share=True)
_SESSION_AND_ASSET = (
    sa.select(campaign_sessions, campaign_assets)
    .outerjoin_from(
        campaign_sessions,
        campaign_assets,
        sa.and_(_assets.campaign == _sessions.campaign, _assets.slug == sa.bindparam("slug")),
    )
    .where(_is_open)
    .with_for_update(of=campaign_sessions, key_share=True)
)
_SAVE_SESSION = saving(campaign_sessions)
_LATEST_SESSION = (
    sa.select(_sessions.id).where(_sessions.participant_id == _id).order_by(_sessions.last_seen.desc()).limit(1)
)
_CODE_AND_LATEST_SESSION = (
    sa.select(promo_codes, _LATEST_SESSION.correlate(None).scalar_subquery().label("latest_session"))
    .select_from(campaign_participants.outerjoin(promo_codes, _codes.participant_id == _people.id))
    .where(_people.id == _id)
    .order_by(_codes.issued_at.desc(), _codes.id)
    .limit(1)
)
_of_session = campaign_progress.alias()
_unseen_other = (
    sa.select(_assets.id)
    .where(_assets.campaign == sa.bindparam("campaign"), _assets.id != sa.bindparam("but"))
    .where(_assets.id.not_in(sa.select(_of_session.c.asset_id).where(_of_session.c.session_id == _id)))
    .exists()
)
_RECORD_VIEW = (
    insert(campaign_progress)
    .on_conflict_do_update(index_elements=["session_id", "asset_id"], set_={"times_viewed": _seen.times_viewed + 1})
    .returning(_seen.times_viewed, sa.case((_seen.times_viewed > 1, sa.false()), else_=~_unseen_other))
)
_LACKING = (
    sa.select(sa.func.count(), sa.func.count(_seen.asset_id))
    .select_from(campaign_assets)
    .outerjoin(campaign_progress, sa.and_(_seen.asset_id == _assets.id, _seen.session_id == _id))
    .where(_assets.campaign == sa.bindparam("campaign"))
)


def _progress(mine: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Of the sessions that `mine` selects."""
    of_mine = sa.select(_sessions.id).where(mine)
    views = (
        sa.select(
            _seen.asset_id,
            sa.func.min(_seen.viewed_at).label("viewed_at"),
            sa.func.sum(_seen.times_viewed).label("times_viewed"),
            sa.func.max(_seen.points).label("points"),
        )
        .where(_seen.session_id.in_(of_mine))
        .group_by(_seen.asset_id)
        .subquery()
    )
    return (
        sa.select(
            _assets.slug.label("asset_slug"),
            _assets.name,
            sa.func.coalesce(views.c.points, 0).label("points"),
            views.c.viewed_at,
            sa.func.coalesce(views.c.times_viewed, 0).label("times_viewed"),
        )
        .outerjoin(views, views.c.asset_id == _assets.id)
        .where(_assets.campaign.in_(sa.select(_sessions.campaign).where(mine)))
        .order_by(_assets.id)
    )


_PROGRESS_OF_SESSION = _progress(_sessions.id == _id)
_PROGRESS_OF_PARTICIPANT = _progress(_sessions.participant_id == _id)
_new_participant = insert(campaign_participants)
# The update changes nothing: it locks the row, and makes RETURNING give an existing one.
_GET_OR_ADD_PARTICIPANT = _new_participant.on_conflict_do_update(
    index_elements=["email"], set_={"email": _new_participant.excluded.email}
).returning(*_people)
_PARTICIPANT = sa.select(campaign_participants).where(_people.id == _id).with_for_update(key_share=True)
_FIND_PARTICIPANT = sa.select(campaign_participants).where(_people.email == _email)
_SAVE_PARTICIPANT = saving(campaign_participants)
_CLEAR_PENDING_EMAIL = (
    sa.update(campaign_sessions)
    .where(_sessions.participant_id == _id, _sessions.pending_email == _email)
    .values(pending_email=None)
)
_HAS_OTHER_SESSION = sa.select(
    sa.exists().where(
        _sessions.participant_id == _id,
        _sessions.campaign == sa.bindparam("campaign"),
        _sessions.id != sa.bindparam("but"),
    )
)
_best_views = (
    sa.select(sa.func.max(_seen.points).label("points"))
    .join(campaign_sessions, _sessions.id == _seen.session_id)
    .where(_sessions.participant_id == _id)
    .group_by(_seen.asset_id)
    .subquery()
)
_TOTAL_SCORE = sa.select(sa.func.coalesce(sa.func.sum(_best_views.c.points), 0))
_named = _events.raw_payload["email"].as_string()
_SUBMITTED_EMAILS = (
    sa.select(_named, sa.func.min(_events.timestamp, type_=UtcDateTime))
    .where(_events.session_id == _id, _events.event_type == EventType.EMAIL_SUBMITTED, _events.timestamp > _since)
    .group_by(_named)
)
_EVENT = ("session_id", "event_type", "timestamp", "asset_id", "raw_payload")
_COUNT = ("counter", "day", "asset_id", "campaign", "slot", "number")


@cache
def _add_events(count: int) -> sa.Insert:
    return sa.insert(view_events).values(numbered_binds(view_events, _EVENT, count))


@cache
def _increment(count: int) -> sa.Insert:
    new = insert(campaign_counts).values(numbered_binds(campaign_counts, _COUNT, count))
    return new.on_conflict_do_update(
        index_elements=_COUNT[:-1], set_={"number": campaign_counts.c.number + new.excluded.number}
    )


class SqlVisitorSessions(SqlPromoCodes):
    """`VisitorSessions` within the transaction of `connection`."""

    async def add_session(self, session: Session) -> None:
        await self.connection.execute(sa.insert(campaign_sessions), asdict(session))

    async def session(self, session_id: UUID, now: datetime) -> Session:
        row = await self._first(_SESSION, key=session_id, since=now - IDLE_TIMEOUT)
        if row is None:
            raise SessionNotFound
        return convert(row, Session, from_attributes=True)

    async def session_and_asset(self, session_id: UUID, slug: str, now: datetime) -> tuple[Session, Asset]:
        row = await self._first(_SESSION_AND_ASSET, key=session_id, since=now - IDLE_TIMEOUT, slug=slug)
        if row is None:
            raise SessionNotFound
        session, asset = split(row, campaign_sessions, campaign_assets)
        if asset["id"] is None:
            raise AssetNotFound
        return convert(session, Session), convert(asset, Asset)

    async def latest_session(self, participant_id: UUID) -> UUID | None:
        row = await self._first(_LATEST_SESSION, key=participant_id)
        return row.id if row else None

    async def code_and_latest_session(self, participant_id: UUID) -> tuple[PromoCode | None, UUID | None]:
        *code, latest = await self._first(_CODE_AND_LATEST_SESSION, key=participant_id)
        [found] = split(code, promo_codes)
        return convert(found, PromoCode) if found["id"] else None, latest

    async def record_view(self, session: Session, asset: Asset, now: datetime) -> tuple[int, bool]:
        key = {"session_id": session.id, "asset_id": asset.id}
        view = {**key, "viewed_at": now, "times_viewed": 1, "points": asset.points}
        others = {"key": session.id, "campaign": session.campaign, "but": asset.id}
        times, is_complete = await self._first(_RECORD_VIEW, **view, **others)
        return times, bool(is_complete)

    async def is_complete(self, session: Session) -> bool:
        assets, viewed = await self._first(_LACKING, key=session.id, campaign=session.campaign)
        return bool(assets) and assets == viewed

    async def progress_of_session(self, session_id: UUID) -> list[AssetProgress]:
        return await self._progress(_PROGRESS_OF_SESSION, session_id)

    async def progress_of_participant(self, participant_id: UUID) -> list[AssetProgress]:
        return await self._progress(_PROGRESS_OF_PARTICIPANT, participant_id)

    async def _progress(self, statement: sa.Executable, key: UUID) -> list[AssetProgress]:
        rows = await self.connection.execute(statement, {"key": key})
        return [convert(row, AssetProgress, from_attributes=True, strict=False) for row in rows]

    async def has_other_session(self, participant_id: UUID, session: Session) -> bool:
        other = {"key": participant_id, "campaign": session.campaign, "but": session.id}
        return bool((await self._first(_HAS_OTHER_SESSION, **other))[0])

    async def get_or_add_participant(self, new: Participant) -> tuple[Participant, bool]:
        participant = _participant(await self._first(_GET_OR_ADD_PARTICIPANT, **asdict(new)))
        return participant, participant.id == new.id

    async def participant(self, participant_id: UUID) -> Participant:
        return _participant(await self._first(_PARTICIPANT, key=participant_id))

    async def find_participant(self, email: str) -> Participant | None:
        row = await self._first(_FIND_PARTICIPANT, address=email)
        return _participant(row) if row else None

    async def save_participant(self, participant: Participant) -> None:
        await self.connection.execute(_SAVE_PARTICIPANT, saved(participant))

    async def clear_pending_email(self, participant: Participant) -> None:
        await self.connection.execute(_CLEAR_PENDING_EMAIL, {"key": participant.id, "address": participant.email})

    async def total_score(self, participant_id: UUID) -> int:
        total: int = (await self.connection.execute(_TOTAL_SCORE, {"key": participant_id})).scalar_one()
        return total

    async def submitted_emails(self, session_id: UUID, since: datetime) -> dict[str, datetime]:
        rows = await self.connection.execute(_SUBMITTED_EMAILS, {"key": session_id, "since": since})
        return {row[0]: row[1] for row in rows}

    async def record(self, activity: Activity, session: Session | None = None) -> None:
        asked: list[tuple[sa.Executable, Values]] = []
        if session is not None:
            asked.append((_SAVE_SESSION, saved(session)))
        if activity.events:
            events = numbered(_EVENT, [values_of(event) for event in activity.events])
            asked.append((_add_events(len(activity.events)), events))
        if activity.increments:
            # One slot for all of them, always in the same order, to avoid deadlocks.
            slot = secrets.randbelow(SLOTS)
            counts = [
                {
                    "counter": each.counter,
                    "day": each.day,
                    "asset_id": each.asset_id,
                    "campaign": each.campaign,
                    "slot": slot,
                    "number": each.by,
                }
                for each in sorted(activity.increments)
            ]
            asked.append((_increment(len(counts)), numbered(_COUNT, counts)))
        self.connection.later(*asked)


def _participant(row: Any) -> Participant:
    if row is None:
        raise ParticipantNotFound
    return convert(row, Participant, from_attributes=True)
