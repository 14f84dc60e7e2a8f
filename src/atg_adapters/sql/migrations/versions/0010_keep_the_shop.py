"""Keep the shop

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('shop_courses',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('description', sa.Text(), server_default='', nullable=False),
    sa.Column('total_price', sa.Integer(), nullable=False),
    sa.Column('discount_price', sa.Integer(), nullable=True),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint('total_price >= 0 AND (discount_price IS NULL OR discount_price >= 0)', name=op.f('ck_shop_courses_prices')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_courses'))
    )
    with op.batch_alter_table('shop_courses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shop_courses_title'), ['title'], unique=False)

    op.create_table('shop_customers',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('telegram_id', sa.BigInteger(), nullable=False),
    sa.Column('username', sa.String(length=64), nullable=True),
    sa.Column('first_name', sa.String(length=255), nullable=False),
    sa.Column('last_name', sa.String(length=255), nullable=True),
    sa.Column('language_code', sa.String(length=35), server_default='en', nullable=False),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_customers')),
    sa.UniqueConstraint('telegram_id', name=op.f('uq_shop_customers_telegram_id'))
    )
    op.create_table('shop_lessons',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('description', sa.Text(), server_default='', nullable=False),
    sa.Column('price', sa.Integer(), nullable=False),
    sa.Column('video_path', sa.String(length=1024), nullable=True),
    sa.Column('text_content', sa.Text(), nullable=True),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('is_free', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint('price >= 0', name=op.f('ck_shop_lessons_price')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_lessons'))
    )
    with op.batch_alter_table('shop_lessons', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shop_lessons_title'), ['title'], unique=False)

    op.create_table('shop_promo_codes',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('code', sa.String(length=50), nullable=False),
    sa.Column('discount_percent', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('discount_amount', sa.Integer(), nullable=True),
    sa.Column('max_uses', sa.Integer(), nullable=True),
    sa.Column('current_uses', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('expires_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('current_uses >= 0', name=op.f('ck_shop_promo_codes_current_uses')),
    sa.CheckConstraint('discount_amount IS NULL OR discount_amount >= 0', name=op.f('ck_shop_promo_codes_discount_amount')),
    sa.CheckConstraint('discount_percent BETWEEN 0 AND 100', name=op.f('ck_shop_promo_codes_discount_percent')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_promo_codes')),
    sa.UniqueConstraint('code', name=op.f('uq_shop_promo_codes_code'))
    )
    op.create_table('star_transactions',
    sa.Column('id', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('seen', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_star_transactions_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_star_transactions'))
    )
    op.create_table('stray_payments',
    sa.Column('charge_id', sa.String(length=255), nullable=False),
    sa.Column('telegram_id', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=10), nullable=False),
    sa.Column('payload', sa.String(length=255), nullable=False),
    sa.Column('reason', sa.String(length=50), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('charge_id', name=op.f('pk_stray_payments'))
    )
    op.create_table('purchases',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=True),
    sa.Column('course_id', sa.Integer(), nullable=True),
    sa.Column('payment_id', sa.String(length=255), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('promo_code', sa.String(length=50), nullable=True),
    sa.Column('telegram_payment_charge_id', sa.String(length=255), nullable=True),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint("status IN ('pending', 'completed', 'failed', 'refunded')", name=op.f('ck_purchases_status')),
    sa.CheckConstraint('(lesson_id IS NULL) <> (course_id IS NULL)', name=op.f('ck_purchases_one_item')),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_purchases_amount')),
    sa.ForeignKeyConstraint(['course_id'], ['shop_courses.id'], name=op.f('fk_purchases_course_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lesson_id'], ['shop_lessons.id'], name=op.f('fk_purchases_lesson_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['shop_customers.id'], name=op.f('fk_purchases_user_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchases')),
    sa.UniqueConstraint('payment_id', name=op.f('uq_purchases_payment_id')),
    sa.UniqueConstraint('telegram_payment_charge_id', name=op.f('uq_purchases_telegram_payment_charge_id'))
    )
    with op.batch_alter_table('purchases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_purchases_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_purchases_lesson_id'), ['lesson_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_purchases_status_created_at'), ['status', 'created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_purchases_user_id'), ['user_id'], unique=False)
        batch_op.create_index('uq_purchases_user_id_course_id', ['user_id', 'course_id'], unique=True, postgresql_where=sa.text("status = 'completed'"), sqlite_where=sa.text("status = 'completed'"))
        batch_op.create_index('uq_purchases_user_id_lesson_id', ['user_id', 'lesson_id'], unique=True, postgresql_where=sa.text("status = 'completed'"), sqlite_where=sa.text("status = 'completed'"))

    op.create_table('shop_course_lessons',
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=False),
    sa.Column('order_index', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['shop_courses.id'], name=op.f('fk_shop_course_lessons_course_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lesson_id'], ['shop_lessons.id'], name=op.f('fk_shop_course_lessons_lesson_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('course_id', 'lesson_id', name=op.f('pk_shop_course_lessons'))
    )
    with op.batch_alter_table('shop_course_lessons', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shop_course_lessons_lesson_id'), ['lesson_id'], unique=False)

    op.create_table('support_tickets',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('status', sa.String(length=20), server_default='open', nullable=False),
    sa.Column('admin_response', sa.Text(), nullable=True),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', atg_adapters.sql.types.UtcDateTime(timezone=True), server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint("status IN ('open', 'in_progress', 'closed')", name=op.f('ck_support_tickets_status')),
    sa.ForeignKeyConstraint(['user_id'], ['shop_customers.id'], name=op.f('fk_support_tickets_user_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_support_tickets'))
    )
    with op.batch_alter_table('support_tickets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_support_tickets_user_id'), ['user_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('support_tickets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_support_tickets_user_id'))

    op.drop_table('support_tickets')
    with op.batch_alter_table('shop_course_lessons', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shop_course_lessons_lesson_id'))

    op.drop_table('shop_course_lessons')
    with op.batch_alter_table('purchases', schema=None) as batch_op:
        batch_op.drop_index('uq_purchases_user_id_lesson_id', postgresql_where=sa.text("status = 'completed'"), sqlite_where=sa.text("status = 'completed'"))
        batch_op.drop_index('uq_purchases_user_id_course_id', postgresql_where=sa.text("status = 'completed'"), sqlite_where=sa.text("status = 'completed'"))
        batch_op.drop_index(batch_op.f('ix_purchases_user_id'))
        batch_op.drop_index(batch_op.f('ix_purchases_status_created_at'))
        batch_op.drop_index(batch_op.f('ix_purchases_lesson_id'))
        batch_op.drop_index(batch_op.f('ix_purchases_course_id'))

    op.drop_table('purchases')
    op.drop_table('stray_payments')
    op.drop_table('star_transactions')
    op.drop_table('shop_promo_codes')
    with op.batch_alter_table('shop_lessons', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shop_lessons_title'))

    op.drop_table('shop_lessons')
    op.drop_table('shop_customers')
    with op.batch_alter_table('shop_courses', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shop_courses_title'))

    op.drop_table('shop_courses')
