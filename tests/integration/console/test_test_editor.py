"""Authors write tests and question banks on pages, also without a script, and exchange them in GIFT and Aiken."""

import re
from html import unescape
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import insert, rows_of
from tests.integration.console.browsing import another, enter
from tests.school import School, company_course, school

_FIELD = re.compile(r"<(?:input|textarea)([^>]*)>(?:([^<]*)</textarea>)?")
_GIFT = """::Помпаж:: Что такое помпаж? {
  =Автоколебания потока
  ~Резонанс ротора
}
"""
_AIKEN = "Сколько будет 2 × 2?\nA) 3\nB) 4\nANSWER: B\n"


@pytest.fixture
async def at(browser: httpx.AsyncClient, stocked: Container) -> School:
    """An instructor is at `browser`."""
    made = await school(stocked)
    await enter(browser, stocked, "author", role=Role.INSTRUCTOR)
    return made


def _fields(reply: httpx.Response, action: str) -> dict[str, Any]:
    """What the first form that is sent to `action` would send, without a button; of selects nothing."""
    form, *_ = re.findall(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', reply.text, re.DOTALL)
    found: dict[str, Any] = {}
    for attributes, content in _FIELD.findall(form):
        named = dict(re.findall(r'([a-z-]+)="([^"]*)"', attributes))
        is_off = named.get("type") in {"checkbox", "radio"} and not re.search(r"\bchecked\b", attributes)
        if "name" not in named or is_off or named.get("type") == "file":
            continue
        value = unescape(named.get("value", "on" if named.get("type") == "checkbox" else content))
        if named["name"] in found:
            found[named["name"]] = [
                *([found[named["name"]]] if isinstance(found[named["name"]], str) else found[named["name"]]),
                value,
            ]
        else:
            found[named["name"]] = value
    return found


async def _press(
    browser: httpx.AsyncClient, reply: httpx.Response, path: str, do: str, **changes: Any
) -> httpx.Response:
    return await browser.post(path, data={**_fields(reply, path), **changes, "do": do})


async def test_a_test_is_written_without_a_script(browser: httpx.AsyncClient, stocked: Container, at: School) -> None:
    own = await company_course(stocked)
    path = f"/app/authoring/lessons/{own.lesson}/test"
    empty = await browser.get(path)
    assert "Вопросов пока нет" in empty.text
    one = await _press(browser, empty, path, "add:single", title="Проверка")
    assert "Это ещё не сохранено" in one.text
    two = await _press(browser, one, path, "add:multiple")
    assert two.text.count('class="card question-card"') == 2 + 2, "two, and the two templates"
    keys = re.findall(r'name="question" value="(n\d+)"', two.text)
    filled = {
        f"{keys[0]}.text": "Первый",
        f"{keys[0]}.o0.text": "да",
        f"{keys[0]}.o1.text": "нет",
        f"{keys[0]}.correct": "o1",
        f"{keys[1]}.text": "Второй",
        f"{keys[1]}.o0.text": "раз",
        f"{keys[1]}.o1.text": "два",
        f"{keys[1]}.correct": ["o0", "o1"],
        f"{keys[1]}.points": "3",
    }
    swapped = await _press(browser, two, path, f"down:{keys[0]}", **filled)
    saved = await _press(browser, swapped, path, "save", passing_score="80", max_attempts="2")
    assert (saved.status_code, saved.headers.get("location")) == (HTTPStatus.SEE_OTHER, f"{path}?done=saved"), (
        saved.text
    )
    key = (await browser.get(f"/app/api/lessons/{own.lesson}/test/key")).json()
    assert [(each["text"], each["points"]) for each in key["questions"]] == [("Второй", 3), ("Первый", 1)]
    assert [[option["is_correct"] for option in each["options"]] for each in key["questions"]] == [
        [True, True],
        [False, True],
    ]
    assert (key["passing_score"], key["max_attempts"], key["is_active"]) == (80, 2, True)
    again = await _press(browser, await browser.get(path), path, "save", title="Проверка 2")
    assert again.status_code == HTTPStatus.SEE_OTHER
    after = (await browser.get(f"/app/api/lessons/{own.lesson}/test/key")).json()
    assert (after["title"], after["questions"]) == ("Проверка 2", key["questions"])
    assert at.lesson


async def test_faults_of_a_test_stand_at_its_questions(browser: httpx.AsyncClient, at: School) -> None:
    path = f"/app/authoring/programs/{at.program}/final-test"
    there = await browser.get(path)
    key = re.search(r'name="question" value="(q\d+)"', there.text)
    assert key
    for changes, words in (
        ({f"{key[1]}.text": ""}, "questions[0].text"),
        ({f"{key[1]}.points": "0"}, "questions[0].points"),
        ({f"{key[1]}.correct": []}, "questions[0].options"),
    ):
        reply = await _press(browser, there, path, "save", **changes)
        assert reply.status_code == HTTPStatus.BAD_REQUEST, words
        assert f'id="fault-{key[1]}-1"' in reply.text, words
    for changes, field in (({"title": ""}, "title"), ({"passing_score": "101"}, "passing_score")):
        reply = await _press(browser, there, path, "save", **changes)
        assert f'id="fault-{field}"' in reply.text


async def test_questions_come_and_go_as_texts(browser: httpx.AsyncClient, stocked: Container, at: School) -> None:
    own = await company_course(stocked)
    path = f"/app/authoring/lessons/{own.lesson}/test"
    read = await _press(browser, await browser.get(path), path, "read", text=_GIFT, format="gift", title="Тест")
    read = await _press(browser, read, path, "read", text=_AIKEN, format="aiken")
    assert read.status_code == HTTPStatus.OK
    assert (await _press(browser, read, path, "save")).status_code == HTTPStatus.SEE_OTHER
    gift = await browser.get(f"{path}/questions.gift")
    assert "=Автоколебания потока" in gift.text
    assert gift.headers["content-disposition"].endswith('.gift"')
    aiken = await browser.get(f"{path}/questions.aiken")
    assert aiken.text.count("ANSWER:") == 2
    unreadable = await _press(browser, read, path, "read", text="x\nA) 1\n", format="aiken")
    assert unreadable.status_code == HTTPStatus.BAD_REQUEST
    nothing = await _press(browser, read, path, "read", text="  ", format="gift")
    assert nothing.status_code == HTTPStatus.BAD_REQUEST
    final = f"/app/authoring/programs/{at.program}/final-test"
    several = await browser.get(f"{final}/questions.aiken")
    assert several.status_code == HTTPStatus.CONFLICT
    assert (await browser.get("/app/authoring/lessons/999999/test/questions.gift")).status_code == HTTPStatus.NOT_FOUND


async def test_a_test_that_was_taken_is_hidden_and_another_deleted(
    browser: httpx.AsyncClient, stocked: Container, at: School
) -> None:
    learner = another(browser)
    await enter(learner, stocked, "learner")
    path = f"/app/api/lessons/{at.lesson}/test"
    assert (await learner.post(f"{path}/results", json={"answers": []})).status_code == HTTPStatus.CREATED
    lesson, final = f"/app/authoring/lessons/{at.lesson}/test", f"/app/authoring/programs/{at.program}/final-test"
    assert "Удалить тест?" in (await browser.get(f"{lesson}/delete")).text
    assert (await browser.post(f"{lesson}/delete")).headers["location"] == f"{lesson}?done=hidden"
    assert (await browser.post(f"{final}/delete")).headers["location"] == (
        f"/app/authoring/programs/{at.program}?done=deleted"
    )
    assert (await browser.post(f"{final}/delete")).status_code == HTTPStatus.NOT_FOUND
    assert (await browser.get(f"{final}/delete")).status_code == HTTPStatus.NOT_FOUND
    assert at.final_test not in [row["id"] for row in await rows_of(stocked, "final_tests")]


async def _bank(browser: httpx.AsyncClient) -> str:
    made = await browser.post("/app/authoring/banks", data={"title": "Газ"})
    return str(made.headers["location"].partition("?")[0])


async def test_a_bank_is_filled_from_a_text_and_by_hand(
    browser: httpx.AsyncClient, stocked: Container, at: School
) -> None:
    bank = await _bank(browser)
    assert "Вопросов пока нет" in (await browser.get(bank)).text
    assert (await browser.post(f"{bank}/read", data={"format": "gift", "text": _GIFT})).status_code == 303
    assert (await browser.post(f"{bank}/read", data={"format": "gift", "text": "{"})).status_code == 400
    new = await browser.post(f"{bank}/questions/new", data={"do": "add:single"})
    assert "Новый вопрос" in new.text
    action = f"{bank}/questions/new"
    more = await _press(browser, new, action, "add-choice:n0", **{"n0.text": "Два?"})
    filled = {"n0.o0.text": "да", "n0.o1.text": "нет", "n0.o2.text": "?", "n0.correct": "o0", "tags": "Счёт, школа"}
    refused = await _press(browser, more, action, "save", **{**filled, "n0.correct": []})
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    saved = await _press(browser, more, action, "save", **filled)
    assert saved.status_code == HTTPStatus.SEE_OTHER, saved.text
    shown = await browser.get(bank)
    ids = re.findall(r'id="question-(\d+)"', shown.text)
    assert len(ids) == 2
    assert re.findall(r'id="question-(\d+)"', (await browser.get(f"{bank}?tag=счёт")).text) == ids[1:]
    one = f"{bank}/questions/{ids[1]}"
    fields = {name: value for name, value in _fields(shown, one).items() if name != "is_active"}
    assert (await browser.post(one, data={**fields, "do": "save"})).status_code == HTTPStatus.SEE_OTHER
    assert "Не используется" in (await browser.get(bank)).text
    await insert(stocked, "test_answers", result_id=1, question_id=int(ids[1]), option_id=None, is_correct=False)
    kept = await browser.post(one, data={**fields, "do": "delete"})
    assert kept.headers["location"] == f"{bank}?done=retired"
    assert "ответы людей сохранены" in (await browser.get(f"{bank}?done=retired")).text
    memory: Any = stocked.database()
    memory.tables["test_answers"].clear()
    gone = await browser.post(one, data={**fields, "do": "delete"})
    assert gone.headers["location"] == f"{bank}?done=deleted"
    assert (await browser.post(one, data={**fields, "do": "save"})).status_code == HTTPStatus.NOT_FOUND
    assert at.lesson
    assert len([row for row in await rows_of(stocked, "test_questions") if row["bank_id"]]) >= 1


async def test_forms_of_a_bank_keep_its_page_and_the_edited_question(browser: httpx.AsyncClient, at: School) -> None:
    assert at.lesson
    bank = await _bank(browser)
    texts = "\n\n".join(f"// [tag:счёт]\nВопрос {number} {{=да ~нет}}" for number in range(25))
    assert (await browser.post(f"{bank}/read", data={"format": "gift", "text": texts})).status_code == 303
    part = "?tag=%D1%81%D1%87%D1%91%D1%82&page=2"
    shown = await browser.get(f"{bank}{part}")
    number = re.findall(r'id="question-(\d+)"', shown.text)[-1]
    action = f"{bank}/questions/{number}{part.replace('&', '&amp;')}"
    fields = _fields(shown, action)
    cleared = {name: "" for name in fields if name.endswith(".text")}
    one = unescape(action)
    refused = await browser.post(one, data={**fields, **cleared, "tags": "счёт, новый", "do": "save"})
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert re.search(rf'id="question-{number}" open', refused.text)
    assert "счёт, новый" in refused.text
    assert "2 / 2" in refused.text
    saved = await browser.post(one, data={**fields, "do": "save"})
    assert saved.headers["location"] == f"{bank}{part}&done=saved#question-{number}"
    elsewhere = await browser.post(
        f"{bank}/questions/{number}?tag=нет", data={**fields, **cleared, "tags": "новый", "do": "save"}
    )
    assert 'name="tags" value="новый"' in elsewhere.text
    wrong = await browser.post(f"{bank}/read{part}", data={"format": "aiken", "text": "{"})
    assert '<option value="aiken" selected>' in wrong.text
    assert "2 / 2" in wrong.text


async def test_a_test_draws_from_a_bank_that_then_can_not_be_deleted(browser: httpx.AsyncClient, at: School) -> None:
    bank = await _bank(browser)
    number = bank.rpartition("/")[2]
    await browser.post(f"{bank}/read", data={"format": "gift", "text": _GIFT})
    path = f"/app/authoring/lessons/{at.lesson}/test"
    drawing = await _press(browser, await browser.get(path), path, "add-draw")
    key = re.search(r'name="draw" value="(d\d+)"', drawing.text)
    assert key
    many = await _press(browser, drawing, path, "save", **{f"{key[1]}.bank_id": number, f"{key[1]}.count": "2"})
    assert many.status_code == HTTPStatus.BAD_REQUEST
    saved = await _press(browser, drawing, path, "save", **{f"{key[1]}.bank_id": number, f"{key[1]}.count": "1"})
    assert saved.status_code == HTTPStatus.SEE_OTHER, saved.text
    [draw] = (await browser.get(f"/app/api/lessons/{at.lesson}/test/key")).json()["draws"]
    assert (draw["bank_id"], draw["count"]) == (int(number), 1)
    refused = await browser.post(f"{bank}/delete")
    assert refused.status_code == HTTPStatus.CONFLICT
    without = await _press(browser, await browser.get(path), path, "remove-draw:d0")
    assert (await _press(browser, without, path, "save")).status_code == HTTPStatus.SEE_OTHER
    assert (await browser.post(f"{bank}/delete")).headers["location"] == "/app/authoring/banks?done=deleted"
    assert (await browser.get(bank)).status_code == HTTPStatus.NOT_FOUND


async def test_banks_are_found_and_named(browser: httpx.AsyncClient, at: School) -> None:
    assert at.lesson
    bank = await _bank(browser)
    assert "Газ" in (await browser.get("/app/authoring/banks?q=газ")).text
    assert "Нет банков" in (await browser.get("/app/authoring/banks?q=чего-нет")).text
    assert 'id="fault-title"' in (await browser.post("/app/authoring/banks", data={"title": ""})).text
    assert 'id="fault-title"' in (await browser.post(bank, data={"title": ""})).text
    assert (await browser.post(bank, data={"title": "Нефть", "description": "x"})).status_code == HTTPStatus.SEE_OTHER
    assert "Нефть" in (await browser.get(f"{bank}/delete")).text
