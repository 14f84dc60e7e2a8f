"""Changes of topics over HTTP."""

from tests.contracts.catalog.http_topic_changes import HttpTopicChangesContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestTopicChanges(HttpTopicChangesContract):
    pass
