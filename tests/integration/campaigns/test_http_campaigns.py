"""Campaigns over HTTP."""

from tests.contracts.campaigns.http_administration import HttpCampaignAdministrationContract
from tests.contracts.campaigns.http_emails import HttpEmailsContract
from tests.contracts.campaigns.http_promo_codes import HttpPromoCodesContract
from tests.contracts.campaigns.http_reports import HttpCampaignReportsContract
from tests.contracts.campaigns.http_sent_along import HttpSentAlongContract
from tests.contracts.campaigns.http_visitor_sessions import HttpVisitorSessionsContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestCampaignAdministration(HttpCampaignAdministrationContract):
    pass


@over_each_database
class TestEmails(HttpEmailsContract):
    pass


@over_each_database
class TestPromoCodes(HttpPromoCodesContract):
    pass


@over_each_database
class TestVisitorSessions(HttpVisitorSessionsContract):
    pass


@over_each_database
class TestCampaignReports(HttpCampaignReportsContract):
    pass


@over_each_database
class TestSentAlong(HttpSentAlongContract):
    pass
