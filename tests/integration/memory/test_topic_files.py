"""The admin pages for the files of topics, in memory."""

from tests.contracts.http_topic_files import HttpTopicFilesContract


class TestTopicFilesOverMemory(HttpTopicFilesContract):
    pass
