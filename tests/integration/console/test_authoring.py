"""Who writes courses does it on pages: a course, its program as a tree, a lesson with its materials, and a topic."""

import re
from html import unescape
from http import HTTPStatus

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.integration.console.browsing import another, enter, heading
from tests.school import School, company_course, school

COURSES = "/app/authoring/courses"


@pytest.fixture
async def at(browser: httpx.AsyncClient, stocked: Container) -> School:
    """An instructor is at `browser`."""
    made = await school(stocked)
    await enter(browser, stocked, "author", role=Role.INSTRUCTOR)
    return made


async def _sent(browser: httpx.AsyncClient, path: str, **data: str) -> str:
    """The address that a form that was taken leads to, without what it says."""
    reply = await browser.post(path, data=data)
    assert reply.status_code == HTTPStatus.SEE_OTHER, reply.text
    return reply.headers["location"]  # type: ignore[no-any-return]


def _text(reply: httpx.Response) -> str:
    assert reply.status_code == HTTPStatus.OK, reply.text
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.text)))


async def _study(browser: httpx.AsyncClient, stocked: Container, at: School) -> None:
    learner = another(browser)
    await enter(learner, stocked, "learner")
    await learner.post(f"/app/courses/{at.course}/enroll")
    await learner.post(f"/app/courses/{at.course}/topics/{at.topics[0]}/completed")


async def test_a_course_is_written_from_its_title_to_the_text_of_a_topic(
    browser: httpx.AsyncClient, at: School
) -> None:
    made = await _sent(browser, COURSES, title="Охрана труда", renew_days="30", is_active="on", valid_months="12")
    course = made.partition("?")[0]
    program = (await _sent(browser, f"{course}/programs", program_title="Вводный")).partition("?")[0]
    tree = await _sent(browser, f"{program}/lessons", lesson_title="Первый урок")
    lesson = re.fullmatch(rf"{program}\?done=added#lesson-(\d+)", tree)
    assert lesson, tree
    there = await _sent(browser, f"/app/authoring/lessons/{lesson[1]}/topics", topic_title="Тема <b>")
    topic = re.fullmatch(rf"{program}\?done=added#topic-(\d+)", there)
    assert topic, there
    shown = await browser.get(program)
    assert "Тема &lt;b&gt;" in shown.text
    assert heading(shown).startswith("Вводный")
    address = f"/app/authoring/topics/{topic[1]}"
    was = re.search(r'name="was" value="([^"]+)"', (await browser.get(address)).text)
    assert was
    fields = {"title": "Тема", "code": "1", "lesson_id": lesson[1], "is_active": "on", "was": was[1]}
    assert await _sent(browser, address, **fields, content="# Знаки\r\n\r\n<script>") == f"{address}?done=saved"
    preview = await browser.get(f"{address}/preview")
    assert "<h1>Знаки</h1>" in preview.text
    assert "&lt;script&gt;" in preview.text
    listed = _text(await browser.get(COURSES, params={"q": "охрана"}))
    assert "Охрана труда" in listed
    assert "действует 12 мес." in listed
    assert at.course


async def test_lists_have_filters_and_words_for_what_is_empty(browser: httpx.AsyncClient, at: School) -> None:
    course = (await _sent(browser, COURSES, title="Скрытый курс")).partition("?")[0]
    for query, is_there in (("", True), ("state=hidden", True), ("state=active", False), ("q=скрытый", True)):
        assert ("Скрытый курс" in _text(await browser.get(f"{COURSES}?{query}"))) is is_there, query
    assert "Курс S" in _text(await browser.get(f"{COURSES}?station={at.station}"))
    assert "Ничего не нашлось" in _text(await browser.get(f"{COURSES}?q=чего-нет"))
    assert "Здесь будут программы" in _text(await browser.get(course))
    program = (await _sent(browser, f"{course}/programs", program_title="x")).partition("?")[0]
    assert "Здесь будут уроки" in _text(await browser.get(program))
    assert (await browser.get(f"{COURSES}?page=0")).status_code == HTTPStatus.BAD_REQUEST


async def test_what_is_wrong_stands_beside_its_field(browser: httpx.AsyncClient, at: School) -> None:
    for path, data, field in (
        (COURSES, {"title": ""}, "title"),
        (COURSES, {"title": "x", "valid_months": "0"}, "valid_months"),
        (f"{COURSES}/{at.course}", {"title": "x", "renew_days": "viele"}, "renew_days"),
        (f"{COURSES}/{at.course}/programs", {"program_title": "x" * 501}, "program_title"),
        (f"/app/authoring/programs/{at.program}/settings", {"title": "", "format": "Очно"}, "title"),
        (f"/app/authoring/programs/{at.program}/lessons", {"lesson_title": ""}, "lesson_title"),
        (f"/app/authoring/lessons/{at.lesson}/topics", {"topic_title": ""}, "topic_title"),
        (f"/app/authoring/lessons/{at.lesson}", {"title": ""}, "title"),
        (f"/app/authoring/lessons/{at.lesson}/materials", {"material_name": ""}, "material_name"),
        (f"/app/authoring/topics/{at.topics[0]}", {"title": "x", "code": "1", "lesson_id": "999"}, "lesson_id"),
    ):
        reply = await browser.post(path, data=data)
        assert reply.status_code == HTTPStatus.BAD_REQUEST, path
        assert f'id="fault-{field}"' in reply.text, (path, reply.text)


async def test_what_is_not_there_is_not_found(browser: httpx.AsyncClient, at: School) -> None:
    assert at.course
    for path in ("courses/x", "programs/0", "lessons/999999", "topics/999999", "topics/999999/preview"):
        assert (await browser.get(f"/app/authoring/{path}")).status_code == HTTPStatus.NOT_FOUND, path
    for path in ("courses/x/delete", "programs/999999/delete", "lessons/x/delete", "topics/999999/delete"):
        for reply in (await browser.get(f"/app/authoring/{path}"), await browser.post(f"/app/authoring/{path}")):
            assert reply.status_code == HTTPStatus.NOT_FOUND, path


async def test_lessons_and_topics_move_by_buttons(browser: httpx.AsyncClient, at: School) -> None:
    program = f"/app/authoring/programs/{at.program}"
    first, second = at.topics
    await _sent(browser, f"{program}/lessons", lesson_title="Второй урок")

    def order(reply: httpx.Response) -> list[str]:
        return re.findall(r'id="((?:topic|lesson)-\d+)"', reply.text)

    _, *topics, other = order(await browser.get(program))
    assert topics == [f"topic-{first}", f"topic-{second}"]
    assert await _sent(browser, f"{program}/order", move=f"topic-{second}:up") == f"{program}?done=moved#topic-{second}"
    await _sent(browser, f"{program}/order", move=f"{other}:up")
    assert order(await browser.get(program)) == [other, f"lesson-{at.lesson}", f"topic-{second}", f"topic-{first}"]
    await _sent(browser, f"{program}/order", move=f"{other}:down")
    assert order(await browser.get(program))[0] == f"lesson-{at.lesson}"
    for nonsense in ("topic-999:up", "x", "", "lesson-:down"):
        assert await _sent(browser, f"{program}/order", move=nonsense) == program


async def test_where_people_have_progress_deleting_is_refused_in_words(
    browser: httpx.AsyncClient, stocked: Container, at: School
) -> None:
    await _study(browser, stocked, at)
    for path in (f"topics/{at.topics[0]}", f"lessons/{at.lesson}", f"programs/{at.program}", f"courses/{at.course}"):
        address = f"/app/authoring/{path}"
        assert "Удалить нельзя: начали изучать — 1 чел." in _text(await browser.get(f"{address}/delete"))
        refused = await browser.post(f"{address}/delete")
        assert refused.status_code == HTTPStatus.CONFLICT
        assert "удалить нельзя" in refused.text
    assert await _sent(browser, f"/app/authoring/topics/{at.topics[0]}/delete", hide="yes") == (
        f"/app/authoring/topics/{at.topics[0]}?done=hidden"
    )
    tree = f"/app/authoring/programs/{at.program}"
    assert "Скрыто" in _text(await browser.get(tree))
    assert await _sent(browser, f"/app/authoring/topics/{at.topics[1]}/delete") == f"{tree}?done=deleted"
    assert {row["id"]: row["is_active"] for row in await rows_of(stocked, "topics") if row["id"] in at.topics} == {
        at.topics[0]: False
    }


async def test_what_somebody_begins_meanwhile_is_hidden_and_not_called_deleted(
    browser: httpx.AsyncClient, stocked: Container, at: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _study(browser, stocked, at)

    async def nobody_yet(*_: object) -> int:
        return 0

    monkeypatch.setattr(type(stocked.authoring_queries()), "learners", nobody_yet)
    for path in (f"topics/{at.topics[0]}", f"courses/{at.course}"):
        address = f"/app/authoring/{path}"
        assert await _sent(browser, f"{address}/delete") == f"{address}?done=hidden"


async def test_whoever_saves_late_sees_both_texts(browser: httpx.AsyncClient, stocked: Container, at: School) -> None:
    address = f"/app/authoring/topics/{at.topics[0]}"
    was = re.search(r'name="was" value="([^"]+)"', (await browser.get(address)).text)
    assert was
    fields = {"title": "Тема", "code": "1", "lesson_id": str(at.lesson), "is_active": "on", "was": was[1]}
    await _sent(browser, address, **fields, content="Первый автор")
    late = await browser.post(address, data={**fields, "content": "Второй автор"})
    assert late.status_code == HTTPStatus.CONFLICT
    assert "Первый автор" in late.text
    assert "Второй автор" in late.text
    told = late.text.partition('aria-labelledby="theirs"')[2].partition("</section>")[0]
    assert all(name not in told for name in ("Название", "Номер", "Урок", "Показывать"))
    now = re.search(r'name="was" value="([^"]+)"', late.text)
    assert now
    await _sent(browser, address, **{**fields, "was": now[1]}, content="Второй автор")
    [topic] = [row for row in await rows_of(stocked, "topics") if row["id"] == at.topics[0]]
    assert topic["content"] == "Второй автор"


async def test_whoever_saves_late_sees_every_field_that_differs(browser: httpx.AsyncClient, at: School) -> None:
    address = f"/app/authoring/topics/{at.topics[0]}"
    was = re.search(r'name="was" value="([^"]+)"', (await browser.get(address)).text)
    assert was
    fields = {"title": "Тема", "code": "1", "lesson_id": str(at.lesson), "content": "Текст", "was": was[1]}
    await _sent(browser, address, **fields, duration="2 часа")
    late = await browser.post(address, data={**fields, "code": "7", "title": "Другая", "is_active": "on"})
    told = _text(
        httpx.Response(200, text=late.text.partition('aria-labelledby="theirs"')[2].partition("</section>")[0])
    )
    for line in ("Название: Тема", "Номер: 1", "Продолжительность: 2 часа", "Показывать учащимся: нет"):
        assert line in told
    assert "Текст" not in told


async def test_a_course_requires_others_and_no_circle(
    browser: httpx.AsyncClient, stocked: Container, at: School
) -> None:
    other = await company_course(stocked)
    mine, theirs = f"{COURSES}/{at.course}", f"{COURSES}/{other.id}"
    await _sent(browser, f"{mine}/prerequisites", add=f"course:{other.id}")
    await _sent(browser, f"{mine}/prerequisites", add=f"final_test:{other.final_test}")
    assert f'value="course:{other.id}" aria-label="Убрать: Курс W"' in (await browser.get(mine)).text
    circle = await browser.post(f"{theirs}/prerequisites", data={"add": f"course:{at.course}"})
    assert circle.status_code == HTTPStatus.CONFLICT
    assert "Курс S" in circle.text
    await _sent(browser, f"{mine}/prerequisites", remove=f"course:{other.id}")
    [kept] = await rows_of(stocked, "course_prerequisites")
    assert kept["required_final_test_id"] == other.final_test
    assert (await browser.post(f"{mine}/prerequisites", data={"add": "course:x"})).status_code == HTTPStatus.BAD_REQUEST


async def test_materials_are_added_renamed_and_deleted(
    browser: httpx.AsyncClient, stocked: Container, at: School
) -> None:
    address = f"/app/authoring/lessons/{at.lesson}"
    await _sent(browser, f"{address}/materials", material_name="Схема")
    again = await browser.post(f"{address}/materials", data={"material_name": "Схема"})
    assert again.status_code == HTTPStatus.CONFLICT
    [material] = [row for row in await rows_of(stocked, "lesson_materials") if row["lesson_id"] == at.lesson]
    one = f"{address}/materials/{material['id']}"
    await _sent(browser, one, material_name="Схема 2")
    assert 'value="Схема 2"' in (await browser.get(address)).text
    await _sent(browser, one, material_name="x", delete="yes")
    assert at.lesson not in [row["lesson_id"] for row in await rows_of(stocked, "lesson_materials")]
    assert (await browser.post(one, data={"delete": "yes"})).status_code == HTTPStatus.NOT_FOUND


async def test_markdown_is_shown_without_its_html(browser: httpx.AsyncClient, at: School) -> None:
    assert at.course
    reply = await browser.post("/app/authoring/markdown", data={"content": "**да** <img src=x onerror=alert(1)>"})
    assert reply.text == "<p><strong>да</strong> &lt;img src=x onerror=alert(1)&gt;</p>\n"
    link = await browser.post("/app/authoring/markdown", data={"content": "[x](javascript:alert(1))"})
    assert "href" not in link.text


async def test_a_long_text_is_taken(browser: httpx.AsyncClient, at: School) -> None:
    """Longer than any other form: half a million letters in Cyrillic."""
    address = f"/app/authoring/topics/{at.topics[0]}"
    was = re.search(r'name="was" value="([^"]+)"', (await browser.get(address)).text)
    assert was
    fields = {"title": "Тема", "code": "1", "lesson_id": str(at.lesson), "was": was[1]}
    await _sent(browser, address, **fields, content="я" * 500_000)
    over = await browser.post(address, data={**fields, "content": "я" * 500_001})
    assert over.status_code == HTTPStatus.BAD_REQUEST


async def test_the_menu_leads_authors_alone_to_authoring(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked, "author", role=Role.INSTRUCTOR)
    assert 'href="/app/authoring/courses"' in (await browser.get("/app/")).text
    reader = another(browser)
    await enter(reader, stocked, "reader")
    assert "/app/authoring" not in (await reader.get("/app/")).text


_PDF = b"%PDF-1.7\n1 0 obj\n"


async def test_a_file_is_added_renamed_replaced_and_removed(
    browser: httpx.AsyncClient, stocked: Container, at: School
) -> None:
    address = f"/app/authoring/topics/{at.topics[0]}"

    async def send(name: str, content: bytes, **fields: str) -> httpx.Response:
        return await browser.post(f"{address}/files", data=fields, files={"file": (name, content)})

    async def files() -> list[tuple[str, str | None, str, str]]:
        rows = [row for row in await rows_of(stocked, "topic_files") if row["topic_id"] == at.topics[0]]
        return [(row["original_name"], row["title"], row["file_type"], row["minio_object_name"]) for row in rows]

    assert (await send("Схема.pdf", _PDF, file_type="main_pdf")).status_code == HTTPStatus.SEE_OTHER
    [(name, title, kind, key)] = await files()
    assert (name, title, kind) == ("Схема.pdf", None, "main_pdf")
    assert re.fullmatch(rf"topics/{at.topics[0]}/[0-9a-f-]{{36}}\.pdf", key)
    file = re.search(r'id="file-(\d+)"', (await browser.get(address)).text)
    assert file
    await _sent(browser, f"{address}/files/{file[1]}", file_title="Схема цеха")
    assert "Схема цеха" in _text(await browser.get(address))
    refused = await send("Схема.pdf", b"<html>", replaces=file[1])
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert (await files())[0][3] == key
    assert (await send("Новая.pdf", _PDF + b"2", replaces=file[1])).status_code == HTTPStatus.SEE_OTHER
    [(name, title, kind, after)] = await files()
    assert (name, title, kind) == ("Новая.pdf", "Схема цеха", "main_pdf")
    assert after != key
    preview = await browser.get(f"{address}/preview")
    assert "<pdf-view" in preview.text
    await _sent(browser, f"{address}/files/{file[1]}", delete="yes")
    assert await files() == []
    assert (await browser.post(f"{address}/files/{file[1]}", data={})).status_code == HTTPStatus.NOT_FOUND


async def test_what_is_no_file_of_its_kind_is_refused(browser: httpx.AsyncClient, at: School) -> None:
    address = f"/app/authoring/topics/{at.topics[0]}/files"
    for name, content, fields in (
        ("x.html", b"<html>", {}),
        ("x.pdf", b"<html><script>", {"file_type": "main_pdf"}),
        ("x.pdf", _PDF, {"file_type": "whatever"}),
    ):
        reply = await browser.post(address, data=fields, files={"file": (name, content)})
        assert reply.status_code == HTTPStatus.BAD_REQUEST, name
        assert 'role="alert"' in reply.text
    assert (await browser.post(address, data={"file_type": "main_pdf"})).status_code == HTTPStatus.BAD_REQUEST
