"""The capacity chart: format, texts and determinism."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from atg_adapters.matplotlib.capacity_chart import draw_capacity_chart
from atg_adapters.matplotlib.figures import ChartFormat
from atg_core.conferencing.capacity import Demand, demand_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
HOUR = timedelta(hours=1)
DEMAND = demand_of([(NOON + 24 * HOUR * day, NOON + HOUR * (24 * day + 2)) for day in range(5) for _ in range(day)])


def drawn(demand: Demand, chart_format: ChartFormat = ChartFormat.SVG) -> bytes:
    return draw_capacity_chart(demand, chart_format, zone=MOSCOW, places=2)


def texts(svg: bytes) -> list[str]:
    root = ET.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    return ["".join(element.itertext()).strip() for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_picture_of_points_is_a_png_and_the_same_each_time() -> None:
    first = drawn(DEMAND, ChartFormat.PNG)
    assert first.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(first) > 10_000
    assert drawn(DEMAND, ChartFormat.PNG) == first


def test_a_picture_of_lines_says_what_it_shows() -> None:
    told = texts(drawn(DEMAND))
    assert {"Time (Europe/Moscow)", "Lessons at once", "Places in the pool", "Lessons refused"} < set(told)
    assert {"At most 4 at once", "Refused, of 10 lessons", "Places today: 2"} < set(told)
    assert {"6 (60.0%)", "3 (30.0%)", "1 (10.0%)", "0 (0.0%)"} < set(told)


def test_a_picture_of_lines_is_the_same_each_time_in_any_thread_and_knows_no_day() -> None:
    with ThreadPoolExecutor(3) as threads:
        pictures = list(threads.map(drawn, [DEMAND] * 6))
    assert len(set(pictures)) == 1
    assert b"date" not in pictures[0]


@pytest.mark.parametrize("chart_format", ChartFormat)
def test_without_lessons_there_is_a_picture_too(chart_format: ChartFormat) -> None:
    assert drawn(demand_of([]), chart_format)
    assert texts(drawn(demand_of([]))).count("No lessons") == 2
