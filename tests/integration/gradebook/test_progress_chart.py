"""Progress charts: SVG with labels, reproducible, without scripts whatever the names are."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from atg_adapters.matplotlib.progress_chart import draw_progress_chart
from atg_core.gradebook.model import Roster
from atg_core.gradebook.progress import Progress, progress_of
from tests.unit.gradebook.journals import ABSENT, PRESENT, graded, lesson, roster

SVG = "{http://www.w3.org/2000/svg}"
COLUMNS = [lesson(0, PRESENT, ABSENT), graded(0, "5.00", None), graded(2, "10.00", "2.00")]


def of(group: Roster, *, alone: bool = False) -> Progress:
    return progress_of(group, COLUMNS, None if alone else group.students[0].id)


def texts(svg: bytes) -> list[str]:
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    return ["".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")]


def test_a_chart_says_whose_it_is_and_what_its_lines_are() -> None:
    told = texts(draw_progress_chart([of(roster("Анна Ким", "Борис"))]))
    assert {"Анна Ким, ТК-1", "Average", "Average of the group", "Attendance", "Attendance of the group"} <= set(told)
    group = texts(draw_progress_chart([of(roster("Анна", "Борис"), alone=True)]))
    assert "ТК-1" in group
    assert {"Average", "Attendance"}.isdisjoint(group)


def test_there_is_a_chart_for_each_group_and_one_for_none() -> None:
    first = roster("Анна", "Борис")
    two = texts(draw_progress_chart([of(first), of(replace(first, name="КИП-1"))]))
    assert {"Анна, ТК-1", "Анна, КИП-1"} <= set(two)
    assert texts(draw_progress_chart([])) == ["Nothing is known yet"]
    assert set(texts(draw_progress_chart([progress_of(first, [], None)]))) == {"ТК-1", "Nothing is known yet"}
    assert "Average" in texts(draw_progress_chart([progress_of(first, COLUMNS[:2], first.students[0].id)]))
    many = texts(draw_progress_chart([of(replace(first, name=f"Группа {number}")) for number in range(14)]))
    assert len([text for text in many if text.startswith("Анна, Группа")]) == 12


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>, ТК-1"),
        ("]]><svg onload='x'>&amp;", "]]><svg onload='x'>&amp;, ТК-1"),
        (r"$\frac{1}$ and $\undefined$", r"$\frac{1}$ and $\undefined$, ТК-1"),
        ("two\nlines\tand\x01 control", "two lines and� control, ТК-1"),
        ("學生 🦄", "�� �, ТК-1"),
        ("Я" * 300, "Я" * 79 + "…"),
    ],
)
def test_a_name_is_text_whatever_it_says(name: str, shown: str) -> None:
    svg = draw_progress_chart([of(roster(name, "Борис"))])
    assert shown in texts(svg)
    names = {element.tag.removeprefix(SVG) for element in ET.fromstring(svg).iter()}
    assert "script" not in names
    assert not any("on" in key[:2] for element in ET.fromstring(svg).iter() for key in element.attrib)


def test_a_chart_is_the_same_each_time_in_any_thread_and_knows_no_day() -> None:
    series = [of(roster("Анна", "Борис"))]
    with ThreadPoolExecutor(3) as threads:
        charts = list(threads.map(draw_progress_chart, [series] * 6))
    assert len(set(charts)) == 1
    assert b"<dc:date" not in charts[0]


def test_a_single_day_is_as_wide_as_a_few() -> None:
    """And not years that are told by the day, which take seconds to draw."""
    group = roster("Анна", "Борис")
    one_day = progress_of(group, COLUMNS[:2], group.students[0].id)
    assert len(one_day.points) == 1
    assert len(draw_progress_chart([one_day])) < 2 * len(draw_progress_chart([of(group)]))
