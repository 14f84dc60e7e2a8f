"""Totals of learners, in memory."""

from decimal import Decimal
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase
from atg_core.learning.totals import Totals


def totals_of(database: MemoryDatabase, user_id: UUID) -> Totals:
    """Calculates the totals of a learner."""
    mine = list(database.rows("user_courses", user_id=user_id, cancelled_at=None))
    percents = [row["progress_percent"] for row in mine]
    best: dict[tuple[int | None, int | None], tuple[int, bool]] = {}
    for row in database.rows("user_test_results", user_id=user_id):
        test = (row["lesson_test_id"], row["final_test_id"])
        score, passed = best.get(test, (0, False))
        best[test] = (max(score, row["score_percent"]), passed or row["passed"])
    return Totals(
        active_courses=sum(percent < 100 for percent in percents),
        completed_courses=sum(percent == 100 for percent in percents),
        total_progress=sum(percents),
        total_hours_studied=sum((row["hours_studied"] for row in mine), start=Decimal(0)),
        certificates_count=len(list(database.rows("certificates", user_id=user_id, revoked_at=None))),
        topics_completed=len(list(database.rows("user_topic_progress", user_id=user_id, completed=True))),
        tests_taken=len(best),
        tests_passed=sum(passed for _, passed in best.values()),
        best_scores=sum(score for score, _ in best.values()),
    )
