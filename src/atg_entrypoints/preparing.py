"""What has to be there before the first request: the schema, the first administrator."""

import structlog

from atg_adapters.sql import schema
from atg_core.errors import Invalid
from atg_entrypoints.container import Container
from atg_entrypoints.settings_checks import SettingsError

_log = structlog.get_logger("atg.start")


async def prepare(container: Container) -> None:
    """Migrates the database, unless told not to, and makes the first administrator if there is none of that name.

    Raises SettingsError for a weak password, DatabaseAway.
    """
    settings = container.settings()
    if settings.auto_migrate and not settings.in_memory:
        await schema.migrate(container.database())
    if settings.admin_username:
        try:
            made = await container.create_admin().unless_there(settings.admin_username, settings.admin_password)
        except Invalid as error:
            raise SettingsError(f"ATG_ADMIN_{(error.field or 'password').upper()}: {error}") from None
        if made:
            _log.info("administrator made", username=settings.admin_username)
