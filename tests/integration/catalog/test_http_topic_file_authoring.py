"""Authoring topic files over HTTP."""

from tests.contracts.catalog.http_topic_file_authoring import HttpTopicFileAuthoringContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestTopicFileAuthoring(HttpTopicFileAuthoringContract):
    pass
