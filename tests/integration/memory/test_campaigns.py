"""Campaigns over HTTP, in memory."""

from tests.contracts.http_campaigns import HttpCampaignsContract


class TestCampaignsOverMemory(HttpCampaignsContract):
    pass
