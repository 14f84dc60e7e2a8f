"""The registry of all kinds of rows that can be imported (spec: operations)."""

from collections.abc import Mapping

from atg_core.importing.campaigns import ASSETS
from atg_core.importing.catalog import (
    COURSES,
    EQUIPMENT,
    GAS_SOURCES,
    LESSON_MATERIALS,
    LESSONS,
    PROGRAMS,
    SAFETY_SYSTEMS,
    SPECIFICATIONS,
    STATIONS,
    TOPIC_FILES,
    TOPICS,
)
from atg_core.importing.gradebook import ATTENDANCE, CONTROL_POINT_GRADES, CONTROL_POINTS
from atg_core.importing.homework import HOMEWORK, HOMEWORK_QUESTIONS
from atg_core.importing.identity import USERS
from atg_core.importing.learning import (
    ASSIGNMENTS,
    COURSE_PREREQUISITES,
    ENROLLMENTS,
    EXTERNAL_CERTIFICATES,
    LEARNING_PATH_COURSES,
    LEARNING_PATHS,
    MANAGERS,
    PROGRESS,
    QUESTION_BANKS,
    QUESTIONS,
    TEST_DRAWS,
    TEST_RESULTS,
    TESTS,
)
from atg_core.importing.model import Column, Kind, KindChoice
from atg_core.importing.rosters import KINDS_OF_ROSTERS
from atg_core.importing.schedule import CONFERENCE_ACCOUNTS, GROUPS, RECURRING_LESSONS, SCHEDULED_LESSONS
from atg_core.importing.shop import PROMO_CODES, SHOP_COURSES, SHOP_LESSONS

KINDS: Mapping[str, Kind | KindChoice] = {
    kind.name: kind
    for kind in (
        STATIONS,
        EQUIPMENT,
        SPECIFICATIONS,
        SAFETY_SYSTEMS,
        GAS_SOURCES,
        USERS,
        COURSES,
        PROGRAMS,
        LESSONS,
        LESSON_MATERIALS,
        TOPICS,
        TOPIC_FILES,
        TESTS,
        QUESTION_BANKS,
        QUESTIONS,
        TEST_DRAWS,
        COURSE_PREREQUISITES,
        LEARNING_PATHS,
        LEARNING_PATH_COURSES,
        ENROLLMENTS,
        ASSIGNMENTS,
        MANAGERS,
        PROGRESS,
        TEST_RESULTS,
        EXTERNAL_CERTIFICATES,
        ASSETS,
        SHOP_LESSONS,
        SHOP_COURSES,
        PROMO_CODES,
        GROUPS,
        RECURRING_LESSONS,
        SCHEDULED_LESSONS,
        CONFERENCE_ACCOUNTS,
        HOMEWORK,
        HOMEWORK_QUESTIONS,
        ATTENDANCE,
        CONTROL_POINTS,
        CONTROL_POINT_GRADES,
    )
}
"""By name, in an order in which each refers to earlier ones only."""

STORED_KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for declared in (*KINDS.values(), *KINDS_OF_ROSTERS)
    for kind in (declared.by.values() if isinstance(declared, KindChoice) else (declared,))
}
"""Kinds that have a table: all, with those that a choice is made of in place of the choice, and those of rosters."""


def key_columns(kind: Kind) -> list[tuple[Kind, Column]]:
    """The columns that make up the key of the kind; references in the key are expanded."""
    parts: list[tuple[Kind, Column]] = []
    for field in kind.key:
        reference = next((each for each in kind.references if field in each.targets.values()), None)
        if reference:
            parts += key_columns(STORED_KINDS[next(iter(reference.targets))])
        else:
            parts += [(kind, column) for column in kind.columns if column.field == field]
    return parts


def named_columns(kind: Kind) -> dict[str, tuple[Kind, Column]]:
    """The key columns of other kinds that the references of the kind hold, by header."""
    return {
        header: part
        for reference in kind.references
        for header, part in zip(
            reference.headers, key_columns(STORED_KINDS[next(iter(reference.targets))]), strict=True
        )
    }
