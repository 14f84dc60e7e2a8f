"""Sell files, and count uses of promo codes

Revision: 0029, after 0028
"""

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None

# A purchase has used a code of this text that was there when it was made.
_NAME_CODES = """
UPDATE purchases SET promo_code_id = (
    SELECT codes.id FROM shop_promo_codes AS codes
    WHERE codes.code = purchases.promo_code AND codes.created_at <= purchases.created_at
)
WHERE promo_code IS NOT NULL
"""


def upgrade() -> None:
    op.create_index(op.f('ix_shop_lessons_video_path'), 'shop_lessons', ['video_path'])
    with op.batch_alter_table('purchases') as purchases:
        purchases.add_column(sa.Column('promo_code_id', sa.Integer(), nullable=True))
        purchases.create_foreign_key(op.f('fk_purchases_promo_code_id'), 'shop_promo_codes', ['promo_code_id'], ['id'], ondelete='SET NULL')
        purchases.create_index(op.f('ix_purchases_promo_code_id'), ['promo_code_id'])
    op.execute(_NAME_CODES)


def downgrade() -> None:
    with op.batch_alter_table('purchases') as purchases:
        purchases.drop_index(op.f('ix_purchases_promo_code_id'))
        purchases.drop_constraint(op.f('fk_purchases_promo_code_id'), type_='foreignkey')
        purchases.drop_column('promo_code_id')
    op.drop_index(op.f('ix_shop_lessons_video_path'), table_name='shop_lessons')
