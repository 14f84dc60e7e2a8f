"""Preparation before serving: migrations, and the first administrator."""

import structlog

from atg_adapters.sql import schema
from atg_core.errors import Invalid
from atg_core.identity.accounts import SelfMadeAccount
from atg_entrypoints.container import Container
from atg_entrypoints.settings_checks import SettingsError

_log = structlog.get_logger("atg.start")


async def prepare(container: Container) -> None:
    """Migrates the database unless disabled, and creates the first administrator unless the username exists.

    Raises SettingsError for a weak password or a username that somebody signed up with, DatabaseAway.
    """
    settings = container.settings()
    if settings.auto_migrate and not settings.in_memory:
        await schema.migrate(container.database(), timezone=settings.zone)
    if settings.admin_username:
        try:
            made = await container.create_admin().unless_there(settings.admin_username, settings.admin_password)
        except Invalid as error:
            raise SettingsError(f"ATG_ADMIN_{(error.field or 'password').upper()}: {error}") from None
        except SelfMadeAccount as error:
            raise SettingsError(f"ATG_ADMIN_USERNAME: {error}") from None
        if made:
            _log.info("administrator made", username=settings.admin_username)
