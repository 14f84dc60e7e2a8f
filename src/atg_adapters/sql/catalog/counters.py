"""Counters of the catalog: updates that count active records, only where the stored number differs."""

import sqlalchemy as sa

from atg_adapters.sql.tables.catalog import course_programs, courses, lessons, stations, topics
from atg_adapters.sql.tables.tests import final_tests, lesson_tests, test_questions

type Count = sa.ScalarSelect[int]
type Recount = tuple[sa.Update, sa.ColumnElement[bool]]

_station: sa.BindParameter[int] = sa.bindparam("station")


def _recount(counter: sa.Column[int], count: sa.ColumnElement[int], of_station: sa.ColumnElement[bool]) -> Recount:
    return sa.update(counter.table).where(counter != count).values({counter.name: count}), of_station


def _count(*conditions: sa.ColumnElement[bool], of: sa.FromClause) -> Count:
    return sa.select(sa.func.count()).select_from(of).where(*conditions).scalar_subquery()


_lesson_topics = _count(topics.c.lesson_id == lessons.c.id, topics.c.is_active, of=topics)
_in_program = (lessons.c.course_program_id == course_programs.c.id, lessons.c.is_active)
_lesson_tests = _count(*_in_program, lesson_tests.c.is_active, of=lesson_tests.join(lessons))
_final_tests = _count(final_tests.c.course_program_id == course_programs.c.id, final_tests.c.is_active, of=final_tests)

_programs = sa.select(course_programs.c.id).where(course_programs.c.station_id == _station)
_program_here = course_programs.c.station_id == _station
_lesson_here = lessons.c.course_program_id.in_(_programs)
_lessons = sa.select(lessons.c.id).where(_lesson_here)

_RECOUNTS: tuple[Recount, ...] = (
    _recount(
        stations.c.courses_count,
        _count(courses.c.station_id == stations.c.id, courses.c.is_active, of=courses),
        stations.c.id == _station,
    ),
    _recount(course_programs.c.lessons_count, _count(*_in_program, of=lessons), _program_here),
    _recount(
        course_programs.c.topics_count,
        _count(*_in_program, topics.c.is_active, of=topics.join(lessons)),
        _program_here,
    ),
    _recount(course_programs.c.tests_count, _lesson_tests + _final_tests, _program_here),
    _recount(lessons.c.topics_count, _lesson_topics, _lesson_here),
    *(
        _recount(table.c.questions_count, _count(column == table.c.id, of=test_questions), here)
        for table, column, here in (
            (lesson_tests, test_questions.c.lesson_test_id, lesson_tests.c.lesson_id.in_(_lessons)),
            (final_tests, test_questions.c.final_test_id, final_tests.c.course_program_id.in_(_programs)),
        )
    ),
)
RECOUNTS = tuple(update for update, _ in _RECOUNTS)
RECOUNTS_OF_STATION = tuple(update.where(of_station) for update, of_station in _RECOUNTS)
"""`RECOUNTS` for one station, the parameter `station`."""
