"""Counters of the catalog: updates that count active records, only where the stored number differs."""

from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.tables.catalog import course_programs, courses, lessons, stations, topics
from atg_adapters.sql.tables.tests import final_tests, lesson_tests, test_draws, test_questions

type Count = sa.ScalarSelect[int]
type Here = sa.ColumnElement[bool]

_station: sa.BindParameter[int] = sa.bindparam("station")
_course: sa.BindParameter[UUID] = sa.bindparam("course")


def _recount(counter: sa.Column[int], count: sa.ColumnElement[int], *here: Here) -> sa.Update:
    return sa.update(counter.table).where(counter != count, *here).values({counter.name: count})


def _count(*conditions: sa.ColumnElement[bool], of: sa.FromClause) -> Count:
    return sa.select(sa.func.count()).select_from(of).where(*conditions).scalar_subquery()


def _count_of_attempt(test: sa.Table, column: str) -> sa.ColumnElement[int]:
    """The test's own questions and those that are drawn."""
    drawn = sa.select(sa.func.coalesce(sa.func.sum(test_draws.c.questions_count), 0)).where(
        test_draws.c[column] == test.c.id
    )
    return _count(test_questions.c[column] == test.c.id, of=test_questions) + drawn.scalar_subquery()


_lesson_topics = _count(topics.c.lesson_id == lessons.c.id, topics.c.is_active, of=topics)
_in_program = (lessons.c.course_program_id == course_programs.c.id, lessons.c.is_active)
_lesson_tests = _count(*_in_program, lesson_tests.c.is_active, of=lesson_tests.join(lessons))
_final_tests = _count(final_tests.c.course_program_id == course_programs.c.id, final_tests.c.is_active, of=final_tests)


def _recount_stations(*here: Here) -> sa.Update:
    counted = _count(courses.c.station_id == stations.c.id, courses.c.is_active, of=courses)
    return _recount(stations.c.courses_count, counted, *here)


def _recount_programs(*here: Here) -> tuple[sa.Update, ...]:
    """Those of the programs, and all below them; `here`: which programs these are."""
    of_program: tuple[Here, ...] = ()
    of_lesson: tuple[Here, ...] = ()
    of_lesson_test, of_final_test = of_lesson, of_lesson
    if here:
        programs = sa.select(course_programs.c.id).where(*here)
        of_program = here
        of_lesson = (lessons.c.course_program_id.in_(programs),)
        of_lesson_test = (lesson_tests.c.lesson_id.in_(sa.select(lessons.c.id).where(*of_lesson)),)
        of_final_test = (final_tests.c.course_program_id.in_(programs),)
    count_topics = _count(*_in_program, topics.c.is_active, of=topics.join(lessons))
    return (
        _recount(course_programs.c.lessons_count, _count(*_in_program, of=lessons), *of_program),
        _recount(course_programs.c.topics_count, count_topics, *of_program),
        _recount(course_programs.c.tests_count, _lesson_tests + _final_tests, *of_program),
        _recount(lessons.c.topics_count, _lesson_topics, *of_lesson),
        _recount(lesson_tests.c.questions_count, _count_of_attempt(lesson_tests, "lesson_test_id"), *of_lesson_test),
        _recount(final_tests.c.questions_count, _count_of_attempt(final_tests, "final_test_id"), *of_final_test),
    )


RECOUNTS = (_recount_stations(), *_recount_programs())
RECOUNTS_OF_STATION = (
    _recount_stations(stations.c.id == _station),
    *_recount_programs(course_programs.c.station_id == _station),
)
"""`RECOUNTS` for one station, the parameter `station`."""
RECOUNTS_OF_COURSE = _recount_programs(course_programs.c.course_id == _course)
"""`RECOUNTS` for the programs of one course alone, the parameter `course`."""
