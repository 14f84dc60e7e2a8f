"""Sign-in over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_sign_in import HttpSignInContract


@over_each_database
class TestSignIn(HttpSignInContract):
    pass
