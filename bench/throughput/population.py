"""Who and what there is: ids that can be computed, so that requests name rows without asking for them."""

import hashlib
from functools import cache

USERS, COURSES, STATIONS, TOPICS = 10_000, 200, 40, 4_000
TEACHERS, ADMIN, INSTRUCTOR = range(1, 21), 21, 22
GROUP_SIZE, CONTROL_POINTS, PAST_LESSONS, FUTURE_LESSONS = 30, 12, 40, 15_000
FIRST_FUTURE_LESSON = 100_001
SESSIONS, ASSETS = 20_000, 10
LEARNERS = range(1_001, 1_051)
"""Those who ask; at each size they have the same rows."""
SIZES = {"small": 10_000, "large": 2_000_000}
"""Rows of progress, 200 for each active learner."""
TOPICS_OF_LEARNER = 200
DILIGENT, BEGINNERS = range(9_901, 9_911), range(9_911, 9_921)
"""With 2,000 completed topics each, and with 20; at the large size only."""
DILIGENT_TOPICS, BEGINNER_TOPICS = 2_000, 20
PASSWORD = "Lantern-7-orbit"
SIGNING_KEY = "a key for measuring alone and of more than 32 bytes"


@cache
def identity(text: str) -> str:
    """A UUID without dashes: so SQLite keeps it, and so PostgreSQL reads it."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def user_id(number: int) -> str:
    return identity(f"user{number}")


def session_id(number: int) -> str:
    return identity(f"session{number}")


def course_id(number: int) -> str:
    """Of courses 1 to 200, five for each station."""
    return identity(f"course{number}")


def visit_id(number: int) -> str:
    return identity(f"visit{number}")


def stations_of(user: int) -> list[int]:
    """The five stations, from 0, whose courses a user takes."""
    return [(user + 11 * turn) % STATIONS for turn in range(5)]


def courses_of(user: int) -> list[str]:
    return [course_id(station * 5 + number) for station in stations_of(user) for number in (1, 2)]


def topics_of(user: int) -> list[int]:
    """The topics that an active learner has completed: 40 of the 100 of each of the five stations."""
    return [station * 100 + topic for station in stations_of(user) for topic in range(1, 41)]


def completed_by_station(user: int, size: str) -> dict[int, int]:
    """How many topics a user has completed of each station, from the first."""
    if size == "large" and user in DILIGENT:
        return dict.fromkeys(range(STATIONS), DILIGENT_TOPICS // STATIONS)
    if size == "large" and user in BEGINNERS:
        return {stations_of(user)[0]: BEGINNER_TOPICS}
    return dict.fromkeys(stations_of(user), 40) if user in active_learners(size) else {}


def active_learners(size: str) -> range:
    return range(1, USERS + 1) if size == "large" else LEARNERS


def students_of(group: int) -> range:
    """Of groups 1 to 20, each of the teacher with its number."""
    return range(101 + group * GROUP_SIZE, 101 + (group + 1) * GROUP_SIZE)
