"""What was acknowledged, compared with what is stored."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import psycopg

_STORED = {
    "progress": "SELECT concat(user_id, '/', topic_id), count(*) FROM user_topic_progress WHERE completed",
    "enrollment": "SELECT concat(user_id, '/', course_id), count(*) FROM user_courses",
    "group": "SELECT name, count(*) FROM study_groups",
    "lesson start": "SELECT lesson_id::text, count(*) FROM conference_leases WHERE meeting_id IS NOT NULL",
    "purchase": "SELECT payment_id, count(*) FROM purchases",
    "payment": "SELECT telegram_payment_charge_id, count(*) FROM purchases WHERE status = 'completed'",
    "promo code": "SELECT session_id::text, count(*) FROM promo_codes",
    "submission": "SELECT id::text, count(*) FROM homework_submissions WHERE status <> 'draft'",
}
"""What is stored once, however often it is asked for, by the key of the ledger."""
_COUNTED = {
    "test result": "SELECT concat(user_id, '/', lesson_test_id), count(*) FROM user_test_results",
    "visit": "SELECT campaign, count(*) FROM campaign_sessions",
    "view": "SELECT concat(session_id, '/', slug), sum(times_viewed)::int"
    " FROM campaign_progress JOIN campaign_assets ON campaign_assets.id = asset_id",
}
"""What is stored as often as it was asked for."""
_ANSWERS = "SELECT submission_id::text, text FROM homework_answers"
_JOBS = """
    SELECT task_name, procrastinate_jobs.status::text, attempts, count(*), min(scheduled_at - now())::text, max(error)
    FROM procrastinate_jobs LEFT JOIN job_errors ON job_id = id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_CONTRADICTIONS = {
    "a score that is not the sum of its points": "SELECT count(*) FROM campaign_sessions WHERE score <>"
    " (SELECT coalesce(sum(points), 0) FROM campaign_progress WHERE session_id = campaign_sessions.id)",
    "totals that are not those of the facts": "SELECT count(*) FROM user_stats WHERE topics_completed <>"
    " (SELECT count(*) FROM user_topic_progress AS done WHERE done.user_id = user_stats.user_id AND completed)"
    " OR tests_taken <>"
    " (SELECT count(DISTINCT lesson_test_id) FROM user_test_results AS taken WHERE taken.user_id = user_stats.user_id)",
    "two leases of a lesson": "SELECT count(*) FROM (SELECT 1 FROM conference_leases WHERE ended_at IS NULL"
    " GROUP BY lesson_id HAVING count(*) > 1) AS doubled",
}
"""What has to be 0."""


class Balance(NamedTuple):
    acknowledged: int
    lost: list[str]
    doubled: list[str]
    contradictions: list[str]


@dataclass
class Ledger:
    """`unsure`: writes whose reply told nothing of their effect, and that were not asked for again."""

    acknowledged: Counter[tuple[str, str]] = field(default_factory=Counter)
    unsure: Counter[tuple[str, str]] = field(default_factory=Counter)
    answers: dict[str, list[str]] = field(default_factory=dict)
    """By submission: the text that was acknowledged last, and those that were sent after it."""
    mails: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """By key, until they are read."""

    def total(self) -> int:
        return self.acknowledged.total()

    def compare(self, database_url: str) -> Balance:
        lost, doubled, contradictions = list[str](), list[str](), list[str]()
        with psycopg.connect(database_url) as connection:
            for kind, query in (_STORED | _COUNTED).items():
                stored = dict(connection.execute(f"{query} GROUP BY 1").fetchall())  # type: ignore[call-overload]
                asked = {key for each, key in self.acknowledged | self.unsure if each == kind}
                for key in asked | stored.keys():
                    told, unsure = self.acknowledged[kind, key], self.unsure[kind, key]
                    least, most = (min(told, 1), 1) if kind in _STORED else (told, told + unsure)
                    if key in asked and stored.get(key, 0) < least:
                        lost.append(f"{kind} {key}: {stored.get(key, 0)} of {least}")
                    if stored.get(key, 0) > most:
                        doubled.append(f"{kind} {key}: {stored[key]}, {most} at most")
            texts = dict(connection.execute(_ANSWERS).fetchall())
            lost += [f"answer {key}" for key, sent in self.answers.items() if texts.get(key) not in sent]
            for what, query in _CONTRADICTIONS.items():
                [found] = connection.execute(query).fetchone() or (0,)  # type: ignore[call-overload]
                contradictions += [f"{found} of {what}"] * bool(found)
        return Balance(self.total(), lost, doubled, contradictions)

    def compare_mails(self, outbox: Path) -> tuple[list[str], list[str]]:
        """Of the addresses to which one mail goes: those that got none, and those that got several."""
        lines = [line for mail in outbox.glob("*.eml") for line in mail.read_text().splitlines()]
        sent = Counter(line.removeprefix("To: ") for line in lines if line.startswith("To: "))
        return [each for each in self.mails if not sent[each]], [each for each in self.mails if sent[each] > 1]


def jobs_left(database_url: str) -> list[tuple[object, ...]]:
    """Those that are not done: kind, status, tries before, how many, how soon the next one is due, an error."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(_JOBS).fetchall()
