"""Write down who uploaded what

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('file_uploads',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=1024), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('content_type', sa.String(length=255), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('store_id', sa.String(length=1024), nullable=True),
    sa.CheckConstraint("state IN ('signed', 'stored')", name=op.f('ck_file_uploads_state')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_file_uploads_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_file_uploads'))
    )
    with op.batch_alter_table('file_uploads', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_file_uploads_key'), ['key'], unique=False)
        batch_op.create_index('ix_file_uploads_user_id_created_at', ['user_id', 'created_at'], unique=False)



    with op.batch_alter_table("topic_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_files_minio_object_name"), ["minio_object_name"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("topic_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topic_files_minio_object_name"))

    with op.batch_alter_table('file_uploads', schema=None) as batch_op:
        batch_op.drop_index('ix_file_uploads_user_id_created_at')
        batch_op.drop_index(batch_op.f('ix_file_uploads_key'))

    op.drop_table('file_uploads')
