"""The counters of the catalogue: what is active, counted anew where the number differs."""

import sqlalchemy as sa

from atg_adapters.sql.tables.catalog import course_programs, courses, lessons, stations, topics
from atg_adapters.sql.tables.tests import final_tests, lesson_tests, test_questions

type Count = sa.ScalarSelect[int]


def _recount(counter: sa.Column[int], count: sa.ColumnElement[int]) -> sa.Update:
    return sa.update(counter.table).where(counter != count).values({counter.name: count})


def _count(*conditions: sa.ColumnElement[bool], of: sa.FromClause) -> Count:
    return sa.select(sa.func.count()).select_from(of).where(*conditions).scalar_subquery()


_lesson_topics = _count(topics.c.lesson_id == lessons.c.id, topics.c.is_active, of=topics)
_in_program = (lessons.c.course_program_id == course_programs.c.id, lessons.c.is_active)
_lesson_tests = _count(*_in_program, lesson_tests.c.is_active, of=lesson_tests.join(lessons))
_final_tests = _count(final_tests.c.course_program_id == course_programs.c.id, final_tests.c.is_active, of=final_tests)

RECOUNTS = (
    _recount(stations.c.courses_count, _count(courses.c.station_id == stations.c.id, courses.c.is_active, of=courses)),
    _recount(course_programs.c.lessons_count, _count(*_in_program, of=lessons)),
    _recount(course_programs.c.topics_count, _count(*_in_program, topics.c.is_active, of=topics.join(lessons))),
    _recount(course_programs.c.tests_count, _lesson_tests + _final_tests),
    _recount(lessons.c.topics_count, _lesson_topics),
    *(
        _recount(table.c.questions_count, _count(column == table.c.id, of=test_questions))
        for table, column in (
            (lesson_tests, test_questions.c.lesson_test_id),
            (final_tests, test_questions.c.final_test_id),
        )
    ),
)
