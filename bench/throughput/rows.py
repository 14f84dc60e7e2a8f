"""The rows of the catalogue and of teaching, in the order in which they can be stored."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from bench.throughput import population as of

type Row = tuple[Any, ...]


class Rows(NamedTuple):
    table: str
    columns: tuple[str, ...]
    rows: Iterator[Row]


def instant(moment: datetime) -> str:
    """As SQLite keeps it, and as PostgreSQL reads it: to write it once is faster than to write it for each row."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


_NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
_STARTED = datetime(2026, 2, 1, tzinfo=UTC)
_CHANGED = datetime(2026, 3, 1, tzinfo=UTC)
_TIMES = ("created_at", "updated_at")


def _table(table: str, columns: str, rows: Iterator[Row]) -> Rows:
    return Rows(table, tuple(columns.split()), rows)


def _parts(table: str, columns: str, each: int, row: Any) -> Rows:
    numbers = ((station, number) for station in range(1, of.STATIONS + 1) for number in range(1, each + 1))
    return _table(table, f"station_id order_index {columns}", ((s, n, *row(s, n)) for s, n in numbers))


def _stations() -> Iterator[Row]:
    for number in range(1, of.STATIONS + 1):
        yield (
            number,
            f"Компрессорная станция №{number}",
            f"КС-{number}",
            f"Описание компрессорной станции номер {number} с турбоагрегатами и системой подготовки газа",
            f"/files/stream/stations/{number}.jpg",
            f"/files/stream/tex_kart/{number}.jpg",
            *("30 МВт", "2009", 5, "active", f"Бухарская область, {number} км", "Линейная", "32 млрд м3"),
            *("5,4 МПа", "120 км", "1067 мм", "3,9 МПа", "5,4 МПа", "2", _NEW_YEAR, _STARTED),
        )


def catalogue() -> Iterator[Rows]:
    yield _table(
        "stations",
        "id name short_name description image tech_map_image power commission_date courses_count status location type "
        "design_capacity gas_pressure distance_from_border pipeline_diameter input_pressure output_pressure "
        "parallel_lines created_at updated_at",
        _stations(),
    )
    yield _parts(
        "station_equipment",
        "name model manufacturer quantity power description",
        8,
        lambda _, n: (f"Агрегат {n}", f"ГПА-{n}", f"Завод {n}", n, "16 МВт", f"Газоперекачивающий агрегат {n}"),
    )
    yield _parts(
        "station_specifications",
        "category value unit description",
        10,
        lambda _, n: (f"Показатель {n}", f"{n * 1.5}", "МПа", f"Значение показателя {n}"),
    )
    yield _parts(
        "station_safety_systems",
        "id name description manufacturer",
        4,
        lambda s, n: ((s - 1) * 4 + n, f"Система {n}", f"Система безопасности {n}", f"Изготовитель {n}"),
    )
    features = ((system, f"Функция {n}", n) for system in range(1, of.STATIONS * 4 + 1) for n in (1, 2, 3))
    yield _table("station_safety_system_features", "safety_system_id feature_name order_index", features)
    yield _parts("station_gas_supply_sources", "source_name", 3, lambda _, n: (f"Месторождение {n}",))
    views = ("station_image", "tech_map_image")
    yield _parts(
        "station_photos",
        "title view image_url",
        2,
        lambda s, n: (f"Фото {n}", views[n - 1], f"/files/stream/stations/{s}-{views[n - 1]}.jpg"),
    )
    yield _parts(
        "station_documents",
        "title file_url",
        4,
        lambda _, n: (f"Документ {n}", f"/files/stream/public/doc{n}.pdf"),
    )
    yield from _courses()


def _courses() -> Iterator[Rows]:
    yield _table(
        "courses",
        "id title description station_id duration_hours level is_active icon code created_at updated_at",
        (
            (
                *(of.course_id(n), f"Курс {n}: эксплуатация агрегатов"),
                f"Описание курса {n}, в котором изучают агрегаты, их обслуживание и безопасность",
                *((n - 1) // 5 + 1, 40, "базовый", True, "pi-cog", f"C{n}"),
                *(_NEW_YEAR + timedelta(minutes=n), _STARTED),
            )
            for n in range(1, of.COURSES + 1)
        ),
    )
    programs = of.STATIONS * 2
    yield _parts(
        "course_programs",
        "id title description duration topics_count lessons_count tests_count format is_active code "
        "created_at updated_at",
        2,
        lambda s, n: (
            *((s - 1) * 2 + n, f"Программа {n} станции {s}", "Описание программы", "72 часа", 50, 5, 1, "Онлайн"),
            *(True, f"P{s}-{n}", _NEW_YEAR, _STARTED),
        ),
    )
    yield _table(
        "lessons",
        "id course_program_id title duration topics_count order_index is_active code created_at updated_at",
        (
            ((p - 1) * 5 + n, p, f"Урок {n}", "2 часа", 10, n, True, f"L{p}-{n}", _NEW_YEAR, _STARTED)
            for p in range(1, programs + 1)
            for n in range(1, 6)
        ),
    )
    yield _table(
        "topics",
        "id lesson_id code title duration order_index is_active created_at updated_at",
        (
            ((lesson - 1) * 10 + n, lesson, str(n), f"Тема {n}", "15 мин", n, True, _NEW_YEAR, _STARTED)
            for lesson in range(1, programs * 5 + 1)
            for n in range(1, 11)
        ),
    )
    finals = ((p, "Итоговый тест", 10, True) for p in range(1, programs + 1))
    yield _table("final_tests", "course_program_id title questions_count is_active", finals)


def teaching(now: datetime) -> Iterator[Rows]:
    groups = range(1, len(of.TEACHERS) + 1)
    yield _table("study_groups", "id name teacher_id", ((g, f"Группа {g}", of.user_id(g)) for g in groups))
    yield _table(
        "group_students",
        "group_id student_id order_index",
        ((g, of.user_id(s), order) for g in groups for order, s in enumerate(of.students_of(g), 1)),
    )
    yield _table(
        "recurring_lessons",
        "id group_id title day_of_week week_type start_time end_time start_date end_date timezone",
        (
            (
                *((g - 1) * 5 + day + 1, g, f"Занятие {day}", day, "UPPER" if day % 2 else "ALL"),
                *(time(10), time(11, 30), date(2026, 9, 1), date(2027, 5, 31), "Asia/Tashkent"),
            )
            for g in groups
            for day in range(5)
        ),
    )
    yield _lessons(now)
    yield _table(
        "attendance",
        "lesson_id student_id status",
        (
            ((g - 1) * of.PAST_LESSONS + n, of.user_id(s), "present" if (n + s) % 7 else "absent")
            for g in groups
            for n in range(1, of.PAST_LESSONS + 1)
            for s in of.students_of(g)
        ),
    )
    points = [(g, n, (g - 1) * of.CONTROL_POINTS + n) for g in groups for n in range(1, of.CONTROL_POINTS + 1)]
    yield _table(
        "control_points",
        "id group_id title kind date max_grade weight",
        (
            (point, g, f"Контрольная {n}", "exam", date(2026, 10, 1 + n), Decimal(100), Decimal(1))
            for g, n, point in points
        ),
    )
    yield _table(
        "control_point_grades",
        "control_point_id student_id grade graded_by revision",
        (
            (point, of.user_id(s), Decimal(50 + n * s % 50), of.user_id(g), 1)
            for g, n, point in points
            for s in of.students_of(g)
        ),
    )
    accounts = range(1, of.FUTURE_LESSONS // 100 + 1)
    yield _table(
        "conference_accounts",
        "id provider label capacity daily_limit",
        ((a, "local", f"L{a}", 100, 1_000_000) for a in accounts),
    )
    yield _table("conference_places", "account_id number", ((a, n) for a in accounts for n in range(1, 101)))


def _lessons(now: datetime) -> Rows:
    """Forty of each group that are over, and those that are about to begin."""
    first = datetime(2026, 10, 1, tzinfo=UTC)

    def rows() -> Iterator[Row]:
        for group in range(1, len(of.TEACHERS) + 1):
            for n in range(1, of.PAST_LESSONS + 1):
                start, number = first + timedelta(hours=16 * n), (group - 1) * of.PAST_LESSONS + n
                ends = start + timedelta(hours=1)
                yield number, group, of.user_id(group), f"Урок {n}", start, ends, "ended", False
        start = now + timedelta(minutes=5)
        for n in range(of.FUTURE_LESSONS):
            group, end = n % len(of.TEACHERS) + 1, start + timedelta(hours=2)
            yield of.FIRST_FUTURE_LESSON + n, group, of.user_id(group), f"Сейчас {n}", start, end, "planned", True

    return _table("scheduled_lessons", "id group_id teacher_id title start_time end_time status allow_overlap", rows())


SERIALS: Mapping[str, int] = dict.fromkeys(
    (
        *("stations", "station_safety_systems", "course_programs", "lessons", "topics", "study_groups"),
        *("recurring_lessons", "scheduled_lessons", "control_points", "conference_accounts"),
    ),
    1_000_000,
)
"""Where the numbers go on that the database gives."""
