"""HTTP over memory, in the process: no socket is opened, and there is one database."""

from tests.unit.conftest import database_url, no_sockets, stocked_url

__all__ = ["database_url", "no_sockets", "stocked_url"]
