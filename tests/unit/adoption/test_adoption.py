"""Rules of adoption."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from atg_core.adoption.accounts import AdoptedAccounts
from atg_core.adoption.catalog import NamedOnce, OneTest, TopicFiles
from atg_core.adoption.learning import AdoptedCertificates, AdoptedEnrollments
from atg_core.adoption.model import MOST_NAMES, Findings
from atg_core.adoption.passwords import Stored, kind_of
from atg_core.identity.ports import PasswordCheck

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class _Reversed:
    """Passwords whose hash is the password backwards."""

    async def hash(self, password: str) -> str:
        return password[::-1]

    async def check(self, password: str, password_hash: str | None) -> PasswordCheck:
        return PasswordCheck(matches=password[::-1] == password_hash)


def _told(findings: Findings) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {note.what.split(",")[0]: (note.count, tuple(note.names)) for note in findings.notes()}


@pytest.mark.parametrize(
    ("stored", "kind"),
    [
        (None, Stored.NOTHING),
        ("", Stored.NOTHING),
        ("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$abc", Stored.HASH),
        ("$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$abc", Stored.HASH),
        *((f"${prefix}$10${'a' * 53}", Stored.HASH) for prefix in ("2a", "2b", "2y")),
        (f"$2b$10${'a' * 52}", Stored.FOREIGN),
        ("$6$salt$hash", Stored.FOREIGN),
        ("pbkdf2_sha256$600000$salt$hash", Stored.FOREIGN),
        ("scrypt:32768:8:1$salt$hash", Stored.FOREIGN),
        ("{SSHA}abc", Stored.FOREIGN),
        ("5f4dcc3b5aa765d61d8327deb882cf99", Stored.FOREIGN),
        ("admin123", Stored.PLAIN),
        ("$ecret", Stored.PLAIN),
        ("пароль 🔥", Stored.PLAIN),
        ("$2b$", Stored.PLAIN),
        (" ", Stored.PLAIN),
    ],
)
def test_what_is_no_hash_is_a_password(stored: str | None, kind: Stored) -> None:
    assert kind_of(stored) is kind


def _account(name: str, **values: Any) -> dict[str, Any]:
    return {"username": name, "password_hash": "abc", "email": None, "role": "user", **values}


async def test_the_oldest_account_keeps_an_email_across_batches() -> None:
    findings = Findings()
    rule = AdoptedAccounts(_Reversed(), findings)
    [old] = await rule([_account("Anna", email=" Anna@Example.com ")])
    [new, other] = await rule([_account("anna", email="ANNA@EXAMPLE.COM"), _account("b", email=" ")])
    assert [row["email"] for row in (old, new, other)] == ["anna@example.com", None, None]
    assert [row["username_twin"] for row in (old, new, other)] == [0, 1, 0]
    told = _told(findings)
    assert told["lost their email"] == (1, ("anna",))
    assert told["passwords in plain text were hashed"] == (3, ())
    assert old["password_hash"] == "cba"


async def test_a_password_is_hashed_as_a_sign_in_gives_it() -> None:
    [row] = await AdoptedAccounts(_Reversed(), Findings())([_account("anna", password_hash="и\u0306")])
    assert row["password_hash"] == "й"


async def test_names_within_a_parent_differ_and_keep_their_length() -> None:
    findings = Findings()
    rule = NamedOnce(findings, "topics", "lesson_id", "code", 8, given="topic-{id}")
    codes = ["1", "1", "1", None, "12345678", "12345678"]
    rows = await rule([{"id": number, "lesson_id": 1, "code": code} for number, code in enumerate(codes)])
    assert [row["code"] for row in rows] == ["1", "1 (2)", "1 (3)", "topic-3", "12345678", "1234 (2)"]
    [other] = await rule([{"id": 9, "lesson_id": 2, "code": "1"}])
    assert other["code"] == "1"


async def test_a_parent_has_one_test_and_a_topic_one_main_pdf() -> None:
    findings = Findings()
    tests = [{"id": 1, "lesson_id": 1, "questions_count": 3}, {"id": 2, "lesson_id": 1}, {"id": 3, "lesson_id": 2}]
    assert [row["id"] for row in await OneTest(findings, "lesson_tests", "lesson_id")(tests)] == [1, 3]
    files = [
        {"id": number, "topic_id": 1, "minio_object_name": name, "file_type": "main_pdf", "is_active": active}
        for number, (name, active) in enumerate([("a", False), ("b", True), ("c", True), ("b", True)])
    ]
    kept = await TopicFiles(findings)(files)
    assert [row["file_type"] for row in kept] == ["main_pdf", "main_pdf", "additional_document"]


@pytest.mark.parametrize(
    ("percent", "status", "topics", "counted"),
    [(50, "in_progress", 4, 50), (49, "in_progress", 4, 25), (0, "completed", 3, 100), (33, "in_progress", 0, 0)],
)
async def test_as_many_topics_are_completed_as_the_percent_allows(
    percent: int, status: str, topics: int, counted: int
) -> None:
    course = uuid4()
    rule = AdoptedEnrollments(
        topics_of={course: list(range(topics))} if topics else {}, findings=Findings(), new_id=uuid4, now=NOW
    )
    row = {"id": uuid4(), "user_id": uuid4(), "course_id": course, "progress_percent": percent, "status": status}
    [kept] = await rule([row])
    assert (kept["progress_percent"], len(rule.progress)) == (counted, counted * topics // 100)
    await rule([{**row, "id": uuid4()}])
    assert rule.progress == []


async def test_certificates_are_numbered_by_their_years() -> None:
    codes = iter("abcdef")
    rule = AdoptedCertificates(findings=Findings(), new_code=lambda: next(codes), timezone=UTC, now=NOW)
    rule.reserve(["ATG-2024-000009", "other"])
    user = UUID(int=1)
    rows = [
        {
            "id": number,
            "user_id": user,
            "course_id": uuid4(),
            "title": "",
            "issued_at": at,
            "number": given,
            "learner_name": "Анна",
            "course_title": "Курс",
        }
        for number, (at, given) in enumerate(
            [
                (NOW - timedelta(days=365 * 2 - 200), None),
                (NOW - timedelta(days=500), "ATG-2024-000009"),
                (NOW - timedelta(days=499), "x" * 21),
                (None, "other"),
                (None, "other"),
            ]
        )
    ]
    kept = await rule(rows)
    assert [row["number"] for row in kept] == [
        "ATG-2024-000010", "ATG-2024-000009", "ATG-2024-000011", "other", "ATG-2026-000001",
    ]  # fmt: skip
    assert {(row["full_name"], row["title"]) for row in kept} == {("Анна", "Курс")}
    assert "learner_name" not in kept[0]
    assert await rule([dict(rows[0], learner_name="", course_title="")]) == []


def test_names_of_a_note_are_bounded_and_its_count_is_not() -> None:
    findings = Findings()
    for number in range(MOST_NAMES + 5):
        findings.tell("users", "are many", number)
    [note] = findings.notes()
    assert (note.count, len(note.names)) == (MOST_NAMES + 5, MOST_NAMES)
