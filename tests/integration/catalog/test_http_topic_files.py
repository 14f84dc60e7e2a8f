"""The admin pages for the files of topics."""

from tests.contracts.catalog.http_topic_files import HttpTopicFilesContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestTopicFiles(HttpTopicFilesContract):
    pass
