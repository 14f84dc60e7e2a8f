"""Homework over HTTP: authoring, submissions and grading."""

from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.http.homework import authoring, manual_grading, queries, submissions
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    return [*queries.HANDLERS, *authoring.HANDLERS, *submissions.HANDLERS, *manual_grading.HANDLERS]
