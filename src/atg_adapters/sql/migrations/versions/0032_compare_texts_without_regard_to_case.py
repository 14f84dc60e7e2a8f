"""Compare texts without regard to case

Revision: 0032, after 0031
"""

from collections import defaultdict
from itertools import batched

import sqlalchemy as sa
from alembic import op

from atg_core.text import fold

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

_FOLDED = {
    'users': ('username', 'email', 'full_name'),
    'user_profiles': ('email', 'employee_id', 'department'),
    'courses': ('title', 'description'),
    'shop_customers': ('username', 'first_name', 'last_name'),
    'shop_lessons': ('title', 'description'),
    'shop_courses': ('title', 'description'),
}
_WITH_UUIDS = {'users', 'user_profiles', 'courses'}
_AT_ONCE = 5_000


def _table(name: str) -> sa.TableClause:
    texts: list[sa.ColumnClause[str]] = [sa.column(copy) for text in _FOLDED[name] for copy in (text, f'{text}_folded')]
    return sa.table(name, sa.column('id', sa.Uuid if name in _WITH_UUIDS else sa.Integer), *texts)


def _update(table: sa.TableClause, values: dict[str, str], rows: list[dict[str, object]]) -> None:
    """`values`: names of parameters by column."""
    changing = sa.update(table).where(table.c.id == sa.bindparam('key'))
    changing = changing.values({name: sa.bindparam(parameter) for name, parameter in values.items()})
    for some in batched(rows, _AT_ONCE):
        op.get_bind().execute(changing, list(some))


def _fill(name: str) -> None:
    table, texts = _table(name), _FOLDED[name]
    rows = [
        {'key': row.id, **{f'new_{text}': None if (value := getattr(row, text)) is None else fold(value) for text in texts}}
        for row in op.get_bind().execute(sa.select(table.c.id, *(table.c[text] for text in texts)))
    ]
    _update(table, {f'{text}_folded': f'new_{text}' for text in texts}, rows)


def _number_twins() -> None:
    """Of usernames that differ in case alone the oldest account has number 0, as all others have."""
    users = sa.table('users', *map(sa.column, ('username_folded', 'username_twin', 'created_at')), sa.column('id', sa.Uuid))
    alike = defaultdict(list)
    for row in op.get_bind().execute(sa.select(users.c.id, users.c.username_folded).order_by(users.c.created_at, users.c.id)):
        alike[row.username_folded].append(row.id)
    rows = [{'key': key, 'twin': twin} for keys in alike.values() for twin, key in enumerate(keys) if twin]
    _update(users, {'username_twin': 'twin'}, rows)


def _give_up_shared_emails() -> None:
    """Of emails that differ in case alone the account that has verified it, else the oldest, keeps it for signing in.

    The others keep it in their profiles. The former index refused such emails, but for letters which the database
    did not know the case of.
    """
    users, profiles = (sa.table(name, sa.column('id', sa.Uuid), *map(sa.column, columns)) for name, columns in (
        ('users', ('email', 'email_folded', 'email_verified_at', 'created_at')), ('user_profiles', ('email', 'email_folded')),
    ))
    of_users = sa.select(users.c.id, users.c.email, users.c.email_folded).where(users.c.email_folded.is_not(None))
    shared = sa.select(users.c.email_folded).group_by(users.c.email_folded).having(sa.func.count() > 1)
    ordered = of_users.where(users.c.email_folded.in_(shared)).order_by(
        users.c.email_verified_at.is_(None), users.c.created_at, users.c.id
    )
    kept, given_up = set(), []
    for row in op.get_bind().execute(ordered):
        if row.email_folded in kept:
            given_up.append({'key': row.id, 'email': row.email, 'folded': row.email_folded, 'nothing': None})
        kept.add(row.email_folded)
    if not given_up:
        return
    empty = sa.update(profiles).where(profiles.c.id == sa.bindparam('key'), profiles.c.email.is_(None))
    op.get_bind().execute(empty.values(email=sa.bindparam('email'), email_folded=sa.bindparam('folded')), given_up)
    _update(users, dict.fromkeys(('email', 'email_folded', 'email_verified_at'), 'nothing'), given_up)


def upgrade() -> None:
    for table, texts in _FOLDED.items():
        for text in texts:
            op.add_column(table, sa.Column(f'{text}_folded', sa.Text(), nullable=True))
    op.add_column('users', sa.Column('username_twin', sa.Integer(), server_default=sa.text('0'), nullable=False))
    for table in _FOLDED:
        _fill(table)
    _number_twins()
    _give_up_shared_emails()
    if op.get_bind().dialect.name == 'postgresql':  # else no later revision could alter these tables
        op.execute('SET CONSTRAINTS ALL IMMEDIATE')
        op.execute('SET CONSTRAINTS ALL DEFERRED')
    op.drop_index('uq_users_email_lower', table_name='users')
    op.create_index('uq_users_email_folded', 'users', ['email_folded'], unique=True)
    op.create_index('uq_users_username_folded', 'users', ['username_folded', 'username_twin'], unique=True)


def downgrade() -> None:
    op.drop_index('uq_users_username_folded', table_name='users')
    op.drop_index('uq_users_email_folded', table_name='users')
    op.create_index('uq_users_email_lower', 'users', [sa.text('lower(email)')], unique=True)
    op.drop_column('users', 'username_twin')
    for table, texts in _FOLDED.items():
        for text in texts:
            op.drop_column(table, f'{text}_folded')
