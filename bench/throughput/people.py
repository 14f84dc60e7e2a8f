"""The rows of people: accounts, sessions, enrollments, progress, totals, and visitors."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pwdlib.hashers.argon2 import Argon2Hasher

from bench.throughput import population as of
from bench.throughput.rows import Row, Rows, instant

KIBIBYTES_OF_HASH = 8
"""A hash that costs nothing beside the rest of a sign-in."""
_BEGAN = instant(datetime(2026, 1, 1, tzinfo=UTC))
_STARTED = datetime(2026, 2, 1, tzinfo=UTC)
_CHANGED = instant(datetime(2026, 3, 1, tzinfo=UTC))
_DUE = instant(datetime(2027, 12, 31, tzinfo=UTC))
_HOURS = Decimal("12.50")
_USERS = range(1, of.USERS + 1)


def people(now: datetime, size: str) -> Iterator[Rows]:
    yield _users()
    yield _profiles()
    yield _sessions(now)
    yield _enrollments(size)
    yield _progress(now, size)
    yield _totals(now, size)
    yield from _visitors(now)


def _rows(table: str, columns: str, rows: Iterator[Row]) -> Rows:
    return Rows(table, tuple(columns.split()), rows)


def _role(number: int) -> str:
    staff = {of.ADMIN: "admin", of.INSTRUCTOR: "instructor"}
    return "teacher" if number in of.TEACHERS else staff.get(number, "user")


def _users() -> Rows:
    hasher = Argon2Hasher(memory_cost=KIBIBYTES_OF_HASH, time_cost=2, parallelism=1)
    password = hasher.hash(of.PASSWORD)
    return _rows(
        "users",
        "id username password_hash full_name email role is_active created_at updated_at email_verified_at",
        (
            (
                *(of.user_id(n), f"user{n}", password, f"Иванов Иван {n}", f"user{n}@example.com", _role(n), True),
                *(_BEGAN, _BEGAN, _BEGAN),
            )
            for n in _USERS
        ),
    )


def _profiles() -> Rows:
    return _rows(
        "user_profiles",
        "id full_name email company position phone language created_at updated_at employee_id department station_id",
        (
            (
                *(of.user_id(n), f"Иванов Иван {n}", f"user{n}@example.com", "АТГ", "Оператор", "+998901234567"),
                *("ru", _BEGAN, _BEGAN, f"E{n}", f"Отдел {n % 50}", n % of.STATIONS + 1),
            )
            for n in _USERS
        ),
    )


def _sessions(now: datetime) -> Rows:
    until, began = instant(now + timedelta(days=30)), instant(now)
    return _rows(
        "user_sessions",
        "id user_id expires_at created_at last_activity ip_address user_agent salt generation branch confirmed_at",
        (
            (of.session_id(n), of.user_id(n), until, began, began, "127.0.0.1", "wrk", b"s" * 16, 1, 1, began)
            for n in _USERS
        ),
    )


def _enrollments(size: str) -> Rows:
    """Two courses of each station."""

    def rows() -> Iterator[Row]:
        for user in _USERS:
            completed = of.completed_by_station(user, size)
            topics = [completed.get(station, 0) for station in of.stations_of(user) for _ in (1, 2)]
            for number, course in enumerate(of.courses_of(user)):
                started = _STARTED + timedelta(hours=number, minutes=user)
                known = (of.identity(f"enrollment{user}-{number}"), of.user_id(user), course)
                # As many topics as percent: there are a hundred of a station.
                yield *known, topics[number], topics[number], "in_progress", started, _HOURS, _CHANGED, _DUE

    return _rows(
        "user_courses",
        "id user_id course_id progress_percent topics_completed status started_at hours_studied last_activity due_at",
        rows(),
    )


def _progress(now: datetime, size: str) -> Rows:
    """Four topics a day until yesterday, again and again in ten days, so that there is a streak."""
    yesterday = now.replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=1)
    completed = [instant(yesterday - timedelta(days=n // 4, minutes=n % 4)) for n in range(40)]

    def rows() -> Iterator[Row]:
        key = 0
        for number in of.active_learners(size):
            user, order = of.user_id(number), 0
            for station, topics in of.completed_by_station(number, size).items():
                for topic in range(station * 100 + 1, station * 100 + topics + 1):
                    at = completed[order % 40]
                    key, order = key + 1, order + 1
                    yield f"{key:032x}", user, topic, True, at, at, 120, at, at

    return _rows(
        "user_topic_progress",
        "id user_id topic_id completed completed_at last_activity position_seconds created_at updated_at",
        rows(),
    )


def _totals(now: datetime, size: str) -> Rows:
    """Nothing of those who have completed no topic, but for their enrollments."""
    yesterday = now.date() - timedelta(days=1)

    def row(number: int) -> Row:
        completed = of.completed_by_station(number, size)
        topics = sum(completed.values())
        percent = 2 * sum(completed.get(station, 0) for station in of.stations_of(number))
        streak = (yesterday - timedelta(days=min(topics, 40) // 4 - 1), yesterday) if topics else (None, None)
        return of.user_id(number), 10, 0, percent, Decimal(125), 0, topics, 0, 0, 0, _CHANGED, *streak

    return _rows(
        "user_stats",
        "user_id active_courses completed_courses total_progress total_hours_studied certificates_count "
        "topics_completed tests_taken tests_passed best_scores last_updated streak_first_day streak_last_day",
        (row(number) for number in _USERS),
    )


def _visitors(now: datetime) -> Iterator[Rows]:
    yield _rows(
        "campaign_assets",
        "slug name type campaign points",
        ((f"asset{n}", f"Модель {n}", "model", "default", 10) for n in range(1, of.ASSETS + 1)),
    )
    yield _rows(
        "campaign_sessions",
        "id campaign created_at last_seen score",
        ((of.visit_id(n), "default", now, now, 0) for n in range(1, of.SESSIONS + 1)),
    )
