"""Password reset over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_password_reset import HttpPasswordResetContract


@over_each_database
class TestPasswordReset(HttpPasswordResetContract):
    pass
