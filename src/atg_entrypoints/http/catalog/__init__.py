"""The catalog over HTTP: queries, and authoring of stations, courses, programs, lessons, topics, tests and files."""

from atg_entrypoints.http.catalog import (
    course_program,
    curriculum,
    materials,
    prerequisites,
    queries,
    question_banks,
    stations,
    test_authoring,
    topic_file_authoring,
    topic_files,
)
from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    return [
        *queries.HANDLERS,
        *stations.HANDLERS,
        *topic_files.HANDLERS,
        *course_program.HANDLERS,
        *curriculum.HANDLERS,
        *prerequisites.HANDLERS,
        *test_authoring.HANDLERS,
        *question_banks.HANDLERS,
        *materials.HANDLERS,
        *topic_file_authoring.HANDLERS,
    ]
