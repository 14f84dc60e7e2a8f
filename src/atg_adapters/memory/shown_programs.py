"""Which programs courses show, in memory."""

from atg_adapters.memory.database import Row


def shows(course: Row, program: Row) -> bool:
    """Whether a course shows a program: one of its station, or its own."""
    if program["course_id"] is not None:
        return bool(program["course_id"] == course["id"])
    return bool(program["station_id"] == course["station_id"])
