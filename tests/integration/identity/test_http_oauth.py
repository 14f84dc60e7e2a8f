"""OAuth sign-in over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_oauth import HttpOAuthContract
from tests.contracts.identity.http_oauth_exchange import HttpOAuthExchangeContract
from tests.contracts.identity.http_oauth_refused import HttpOAuthRefusedContract


@over_each_database
class TestOAuth(HttpOAuthContract):
    pass


@over_each_database
class TestOAuthRefused(HttpOAuthRefusedContract):
    pass


@over_each_database
class TestOAuthExchange(HttpOAuthExchangeContract):
    pass
