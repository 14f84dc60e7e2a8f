"""Saving a course program over HTTP."""

from tests.contracts.catalog.http_course_program import HttpCourseProgramContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestCourseProgram(HttpCourseProgramContract):
    pass
