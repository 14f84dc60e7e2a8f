"""Campaigns over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_campaigns import HttpCampaignsContract


class TestCampaignsOverSql(HttpCampaignsContract):
    pass
