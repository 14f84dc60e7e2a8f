"""The page of a topic over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_topics import HttpTopicsContract


@over_each_database
class TestTopics(HttpTopicsContract):
    pass
