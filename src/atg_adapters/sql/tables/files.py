"""Uploads (spec: files, Keys and rights)."""

import sqlalchemy as sa

import atg_adapters.sql.tables.identity  # noqa: F401 - columns have the types of the keys that they refer to
from atg_adapters.sql.tables.metadata import instant, metadata, reference, uuid
from atg_adapters.sql.types import one_of
from atg_core.files.model import UploadState

file_uploads = sa.Table(
    "file_uploads",
    metadata,
    uuid(),
    sa.Column("key", sa.String(1024), nullable=False, index=True),
    reference("user_id", "users", index=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("content_type", sa.String(255), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    instant("created_at", nullable=False),
    instant("expires_at", nullable=False),
    sa.Column("store_id", sa.String(1024)),
    sa.Index("ix_file_uploads_user_id_created_at", "user_id", "created_at"),
    one_of("state", UploadState),
)

# Reserved and stored bytes of a user and day (UTC): uploads that begin at once are decided by this row.
upload_quotas = sa.Table(
    "upload_quotas",
    metadata,
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("bytes", sa.BigInteger, nullable=False),
)
