"""Question banks over HTTP."""

from tests.contracts.catalog.http_question_banks import HttpQuestionBanksContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestQuestionBanks(HttpQuestionBanksContract):
    pass
