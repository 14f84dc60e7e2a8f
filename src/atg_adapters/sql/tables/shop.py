"""The shop: products, customers, purchases, promo codes, support tickets (spec: store)."""

import sqlalchemy as sa

from atg_adapters.sql.folding import folded
from atg_adapters.sql.tables.metadata import (
    held,
    instant,
    is_active,
    metadata,
    order_index,
    reference,
    serial,
    timestamps,
)
from atg_adapters.sql.types import one_of
from atg_core.shop.messages import Audience, Delivery, MessageStatus
from atg_core.shop.model import TicketAuthor, TicketStatus
from atg_core.shop.purchases import PurchaseStatus

_CUSTOMERS, _LESSONS, _COURSES = "shop_customers", "shop_lessons", "shop_courses"
_GRANTED = sa.text("status = 'completed'")


def _stars(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


shop_customers = sa.Table(
    _CUSTOMERS,
    metadata,
    serial(),
    sa.Column("telegram_id", sa.BigInteger, nullable=False, unique=True),
    sa.Column("username", sa.String(64)),
    sa.Column("first_name", sa.String(255), nullable=False),
    sa.Column("last_name", sa.String(255)),
    sa.Column("language_code", sa.String(35), nullable=False, server_default="en"),
    is_active(),
    *timestamps(),
    folded("username"),
    folded("first_name"),
    folded("last_name"),
)

shop_lessons = sa.Table(
    _LESSONS,
    metadata,
    serial(),
    sa.Column("title", sa.String(255), nullable=False, index=True),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    _stars("price"),
    sa.Column("video_path", sa.String(1024), index=True),
    sa.Column("text_content", sa.Text),
    is_active(),
    sa.Column("is_free", sa.Boolean, nullable=False, server_default=sa.false()),
    *timestamps(),
    folded("title"),
    folded("description"),
    sa.CheckConstraint("price >= 0", name="price"),
)

shop_courses = sa.Table(
    _COURSES,
    metadata,
    serial(),
    sa.Column("title", sa.String(255), nullable=False, index=True),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    _stars("total_price"),
    _stars("discount_price", nullable=True),
    is_active(),
    *timestamps(),
    folded("title"),
    folded("description"),
    sa.CheckConstraint("total_price >= 0 AND (discount_price IS NULL OR discount_price >= 0)", name="prices"),
)

shop_course_lessons = sa.Table(
    "shop_course_lessons",
    metadata,
    sa.Column("course_id", sa.ForeignKey(f"{_COURSES}.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("lesson_id", sa.ForeignKey(f"{_LESSONS}.id", ondelete="RESTRICT"), primary_key=True, index=True),
    order_index(),
)

shop_promo_codes = sa.Table(
    "shop_promo_codes",
    metadata,
    serial(),
    # In upper case, so that it is unique regardless of case.
    sa.Column("code", sa.String(50), nullable=False, unique=True),
    sa.Column("discount_percent", sa.Integer, nullable=False, server_default=sa.text("0")),
    _stars("discount_amount", nullable=True),
    sa.Column("max_uses", sa.Integer),
    sa.Column("current_uses", sa.Integer, nullable=False, server_default=sa.text("0")),
    is_active(),
    instant("expires_at"),
    instant("created_at", nullable=False),
    sa.CheckConstraint("discount_percent BETWEEN 0 AND 100", name="discount_percent"),
    sa.CheckConstraint("discount_amount IS NULL OR discount_amount >= 0", name="discount_amount"),
    sa.CheckConstraint("current_uses >= 0", name="current_uses"),
)

purchases = sa.Table(
    "purchases",
    metadata,
    serial(),
    held("user_id", _CUSTOMERS),
    held("lesson_id", _LESSONS, nullable=True),
    held("course_id", _COURSES, nullable=True),
    sa.Column("payment_id", sa.String(255), nullable=False, unique=True),
    _stars("amount"),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("promo_code", sa.String(50)),
    # Whose use was taken: the text of a code may change, and be given anew.
    sa.Column("promo_code_id", sa.ForeignKey("shop_promo_codes.id", ondelete="SET NULL"), index=True),
    sa.Column("telegram_payment_charge_id", sa.String(255), unique=True),
    *timestamps(),
    sa.CheckConstraint("(lesson_id IS NULL) <> (course_id IS NULL)", name="one_item"),
    sa.CheckConstraint("amount >= 0", name="amount"),
    one_of("status", PurchaseStatus),
    # One completed purchase of an item for a customer.
    sa.Index(
        "uq_purchases_user_id_lesson_id",
        "user_id",
        "lesson_id",
        unique=True,
        postgresql_where=_GRANTED,
        sqlite_where=_GRANTED,
    ),
    sa.Index(
        "uq_purchases_user_id_course_id",
        "user_id",
        "course_id",
        unique=True,
        postgresql_where=_GRANTED,
        sqlite_where=_GRANTED,
    ),
    sa.Index(None, "status", "created_at"),
)

support_tickets = sa.Table(
    "support_tickets",
    metadata,
    serial(),
    held("user_id", _CUSTOMERS),
    sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("status", sa.String(20), nullable=False, server_default=TicketStatus.OPEN),
    sa.Column("admin_response", sa.Text),
    *timestamps(),
    one_of("status", TicketStatus),
)

shop_ticket_messages = sa.Table(
    "shop_ticket_messages",
    metadata,
    serial(),
    reference("ticket_id", "support_tickets", index=False),
    sa.Column("author", sa.String(10), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    instant("created_at", nullable=False),
    one_of("author", TicketAuthor),
    sa.Index(None, "ticket_id", "id"),
)

stray_payments = sa.Table(
    "stray_payments",
    metadata,
    sa.Column("charge_id", sa.String(255), primary_key=True),
    sa.Column("telegram_id", sa.BigInteger, nullable=False),
    _stars("amount"),
    sa.Column("currency", sa.String(10), nullable=False),
    sa.Column("payload", sa.String(255), nullable=False),
    sa.Column("reason", sa.String(50), nullable=False),
    instant("created_at", nullable=False),
)

# One row: the number of Telegram's transactions that were reconciled.
star_transactions = sa.Table(
    "star_transactions",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("seen", sa.Integer, nullable=False),
    sa.CheckConstraint("id = 1", name="one_row"),
)

shop_messages = sa.Table(
    "shop_messages",
    metadata,
    serial(),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("audience", sa.String(10), nullable=False),
    held("lesson_id", _LESSONS, nullable=True),
    held("course_id", _COURSES, nullable=True),
    sa.Column("status", sa.String(10), nullable=False),
    instant("created_at", nullable=False),
    instant("sent_at"),
    instant("ended_at"),
    one_of("audience", Audience),
    one_of("status", MessageStatus),
    sa.CheckConstraint(
        "(audience = 'buyers') = ((lesson_id IS NULL) <> (course_id IS NULL)) "
        "AND (lesson_id IS NULL OR course_id IS NULL)",
        name="item",
    ),
)

shop_message_recipients = sa.Table(
    "shop_message_recipients",
    metadata,
    serial(),
    reference("message_id", "shop_messages", index=False),
    held("user_id", _CUSTOMERS),
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    instant("changed_at", nullable=False),
    one_of("status", Delivery),
    # Nobody is in a message twice.
    sa.UniqueConstraint("message_id", "user_id"),
    sa.Index(None, "message_id", "status", "id"),
)
