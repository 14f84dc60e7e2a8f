"""Notices, how people want to be told, and the chats with the bot that are linked (spec: identity)."""

import sqlalchemy as sa

import atg_adapters.sql.tables.identity  # noqa: F401 - columns have the types of the keys that they refer to
from atg_adapters.sql.tables.metadata import instant, metadata, reference, serial
from atg_adapters.sql.types import JSON, one_of
from atg_core.notices.model import Channel
from atg_core.notifier import NoticeKind

_USERS = "users"
_UNREAD = sa.text("read_at IS NULL")


def _kind(*, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column("kind", sa.String(20), primary_key=primary_key, nullable=False)


notices = sa.Table(
    "notices",
    metadata,
    serial(),
    reference("user_id", _USERS, index=False),
    _kind(),
    sa.Column("subject", sa.String(80), nullable=False),
    instant("occasion", nullable=False),
    sa.Column("title", sa.String(500), nullable=False),
    sa.Column("details", JSON, nullable=False, server_default="{}"),
    instant("created_at", nullable=False),
    instant("read_at"),
    # When it is to be handed over to the channels; null once that was done.
    instant("deliver_at"),
    # When it was sent, by channel.
    instant("mailed_at"),
    instant("messaged_at"),
    one_of("kind", NoticeKind),
    # Nobody is told twice, however often and in how many processes that is tried.
    sa.UniqueConstraint("user_id", "kind", "subject", "occasion", name="uq_notices_told"),
    sa.Index(None, "user_id", "id"),
    sa.Index(None, "deliver_at", "user_id"),
    sa.Index("ix_notices_unread", "user_id", postgresql_where=_UNREAD, sqlite_where=_UNREAD),
)

notice_settings = sa.Table(
    "notice_settings",
    metadata,
    sa.Column("user_id", sa.ForeignKey(f"{_USERS}.id", ondelete="CASCADE"), primary_key=True),
    # Local times; both null: never quiet. Who has no row has those of the platform.
    sa.Column("quiet_from", sa.Time),
    sa.Column("quiet_until", sa.Time),
    sa.CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet"),
)

notice_choices = sa.Table(
    "notice_choices",
    metadata,
    sa.Column("user_id", sa.ForeignKey(f"{_USERS}.id", ondelete="CASCADE"), primary_key=True),
    _kind(primary_key=True),
    sa.Column("channel", sa.String(8), primary_key=True),
    sa.Column("is_wanted", sa.Boolean, nullable=False),
    one_of("kind", NoticeKind),
    one_of("channel", Channel),
)

telegram_links = sa.Table(
    "telegram_links",
    metadata,
    sa.Column("user_id", sa.ForeignKey(f"{_USERS}.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("chat_id", sa.BigInteger, nullable=False, unique=True),
    instant("linked_at", nullable=False),
)

notice_rounds = sa.Table(
    "notice_rounds",
    metadata,
    sa.Column("zone", sa.String(64), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
)
