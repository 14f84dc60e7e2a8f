"""Zoom's webhook over HTTP."""

from tests.contracts.conferencing.http_webhooks import HttpWebhooksContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestWebhooks(HttpWebhooksContract):
    pass
