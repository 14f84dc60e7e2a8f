"""Homework over HTTP: authoring, submissions and grading."""

from litestar import Router

from atg_core.homework.answer_files import MAX_FILE_BYTES
from atg_entrypoints.http.handlers import MAX_BODY_BYTES, Handlers
from atg_entrypoints.http.homework import answer_files, authoring, manual_grading, queries, queue, submissions
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    files = Router("/", route_handlers=answer_files.LARGE, request_max_body_size=MAX_FILE_BYTES + MAX_BODY_BYTES)
    homework = (*queries.HANDLERS, *authoring.HANDLERS)
    return [*homework, *queue.HANDLERS, *submissions.HANDLERS, *manual_grading.HANDLERS, *answer_files.SMALL, files]
