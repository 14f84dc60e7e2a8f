"""A learner's way through the existing frontend over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_frontend_programs import HttpFrontendProgramsContract
from tests.contracts.learning.http_frontend_resume import HttpFrontendResumeContract
from tests.contracts.learning.http_frontend_test_editor import HttpFrontendTestEditorContract
from tests.contracts.learning.http_frontend_tests import HttpFrontendTestsContract


@over_each_database
class TestFrontendPrograms(HttpFrontendProgramsContract):
    pass


@over_each_database
class TestFrontendTests(HttpFrontendTestsContract):
    pass


@over_each_database
class TestFrontendResume(HttpFrontendResumeContract):
    pass


@over_each_database
class TestFrontendTestEditor(HttpFrontendTestEditorContract):
    pass
