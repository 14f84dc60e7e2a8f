"""The contracts of SQL stores, on SQLite and PostgreSQL."""

from tests.contracts.catalog.course_program import CourseProgramContract
from tests.contracts.catalog.queries import CatalogQueriesContract
from tests.contracts.catalog.version import CatalogVersionContract
from tests.contracts.identity.second_factors import SecondFactorsContract
from tests.contracts.identity.store import IdentityContract
from tests.contracts.learning.completion import CompletionContract
from tests.contracts.learning.enrollments import EnrollmentsContract
from tests.contracts.learning.study_time import StudyTimeContract


class TestSqlIdentity(IdentityContract):
    pass


class TestSqlSecondFactors(SecondFactorsContract):
    pass


class TestSqlCatalogQueries(CatalogQueriesContract):
    pass


class TestSqlCatalogVersion(CatalogVersionContract):
    pass


class TestSqlCourseProgram(CourseProgramContract):
    pass


class TestSqlEnrollments(EnrollmentsContract):
    pass


class TestSqlCompletion(CompletionContract):
    pass


class TestSqlStudyTime(StudyTimeContract):
    pass
