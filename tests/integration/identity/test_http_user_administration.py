"""User administration over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_user_administration import HttpUserAdministrationContract


@over_each_database
class TestUserAdministration(HttpUserAdministrationContract):
    pass
