"""Who uploaded what (spec: files, Keys and rights)."""

import sqlalchemy as sa

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
