"""Enrollments and completion in memory keep the contract."""

from tests.contracts.learning.completion import CompletionContract
from tests.contracts.learning.enrollments import EnrollmentsContract
from tests.contracts.learning.study_time import StudyTimeContract


class TestMemoryEnrollments(EnrollmentsContract):
    pass


class TestMemoryCompletion(CompletionContract):
    pass


class TestMemoryStudyTime(StudyTimeContract):
    pass
