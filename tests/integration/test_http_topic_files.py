"""The admin pages for the files of topics, on SQLite and PostgreSQL."""

from tests.contracts.http_topic_files import HttpTopicFilesContract


class TestTopicFilesOverSql(HttpTopicFilesContract):
    pass
