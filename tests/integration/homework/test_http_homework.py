"""Homework over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.homework.http_answer_files import HttpAnswerFilesContract
from tests.contracts.homework.http_authoring import HttpHomeworkAuthoringContract
from tests.contracts.homework.http_changed_meanwhile import HttpChangedMeanwhileContract
from tests.contracts.homework.http_manual_grading import HttpManualGradingContract
from tests.contracts.homework.http_notices import HttpHomeworkNoticesContract
from tests.contracts.homework.http_queries import HttpHomeworkQueriesContract
from tests.contracts.homework.http_questions import HttpQuestionsContract
from tests.contracts.homework.http_queue import HttpQueueContract
from tests.contracts.homework.http_regrading import HttpRegradingContract
from tests.contracts.homework.http_submissions import HttpSubmissionsContract


@over_each_database
class TestAuthoring(HttpHomeworkAuthoringContract):
    pass


@over_each_database
class TestQuestions(HttpQuestionsContract):
    pass


@over_each_database
class TestQueries(HttpHomeworkQueriesContract):
    pass


@over_each_database
class TestSubmissions(HttpSubmissionsContract):
    pass


@over_each_database
class TestManualGrading(HttpManualGradingContract):
    pass


@over_each_database
class TestRegrading(HttpRegradingContract):
    pass


@over_each_database
class TestNotices(HttpHomeworkNoticesContract):
    pass


@over_each_database
class TestQueue(HttpQueueContract):
    pass


@over_each_database
class TestChangedMeanwhile(HttpChangedMeanwhileContract):
    pass


@over_each_database
class TestAnswerFiles(HttpAnswerFilesContract):
    pass
