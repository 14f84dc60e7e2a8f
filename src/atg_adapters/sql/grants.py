"""What the role of a service may do that owns no table: everything but change the audit trail (PostgreSQL)."""

import sqlalchemy as sa

from atg_adapters.sql.database import Database
from atg_adapters.sql.statements import POSTGRESQL
from atg_core.errors import Conflict, NotFound

_SERVICE = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE UPDATE, DELETE ON audit_events, audit_seals FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
)
_MAY_EVERYTHING = sa.text(
    "SELECT rolsuper OR pg_has_role(rolname, tableowner, 'MEMBER') AS may_everything"
    " FROM pg_roles CROSS JOIN pg_tables"
    " WHERE rolname = :role_ AND tablename = 'audit_events' AND schemaname = 'public'"
)


class RoleNotFound(NotFound):
    """The database has no role {role}"""


class RoleOwnsTables(Conflict):
    """Nothing can be kept from {role}, which owns the tables or is a superuser: name another role"""


async def grant(database: Database, role: str) -> None:
    """Gives the role its rights on all tables that there are now; again after each migration.

    Raises RoleNotFound, RoleOwnsTables.
    """
    may_everything = await database.row(_MAY_EVERYTHING, {"role_": role})
    if may_everything is None:
        raise RoleNotFound(role=role)
    if may_everything[0]:
        raise RoleOwnsTables(role=role)
    quoted = POSTGRESQL.identifier_preparer.quote_identifier(role)
    async with database.transaction() as connection:
        for statement in _SERVICE:
            await connection.execute_text(statement.format(role=quoted))
