"""Pages of the console: what they show, in both languages, and how parts of them are swapped."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from atg_adapters.words.extraction import messages
from atg_core.identity.model import Role
from atg_core.learning.assignments import Assignees
from atg_entrypoints.console import static_files as static_files_module
from atg_entrypoints.console.pages import static_files
from atg_entrypoints.container import Container
from tests.arranging import arrange, insert, rows_of
from tests.integration.console.browsing import enter, heading
from tests.people import add_person
from tests.school import School, company_course, school

_OF_ITS_OWN = re.compile(r"<script(?![^>]* src=\"/app/static/)|<style|\sstyle=|\son\w+=|https?://")
_OF_PEOPLE = re.compile(r"<main.*</main>|<title>.*?</title>|<span class=\"name\".*?</span>|Русский", re.DOTALL)
"""What is in the language of who wrote it."""
_PAGES = (
    *("/app/", "/app/catalog", "/app/stations", "/app/stations/1", "/app/results"),
    *("/app/groups", "/app/groups/join"),
    *("/app/account", "/app/account/password", "/app/account/devices", "/app/account/second-factor"),
)


@pytest.fixture
async def place(browser: httpx.AsyncClient, stocked: Container) -> School:
    """With a learner who is signed in and enrolled."""
    place = await school(stocked)
    await enter(browser, stocked)
    enrolled = await browser.post(f"/app/courses/{place.course}/enroll")
    assert (enrolled.status_code, enrolled.headers["location"]) == (303, f"/app/courses/{place.course}")
    return place


async def test_no_page_has_a_script_or_a_style_of_its_own_or_asks_another_host(
    browser: httpx.AsyncClient, place: School
) -> None:
    course = f"/app/courses/{place.course}"
    for path in (*_PAGES, course, f"{course}/tests/lesson/{place.lesson}", "/app/nope", "/app/sign-in"):
        reply = await browser.get(path)
        assert reply.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; ")
        assert reply.headers["referrer-policy"] == "same-origin"
        assert reply.headers["cache-control"] == "no-store"
        assert not _OF_ITS_OWN.search(reply.text), path


async def test_pages_are_in_russian_and_in_english(browser: httpx.AsyncClient, place: School) -> None:
    russian = {key: str(message.string) for key, message in messages("ru").items()}
    paths = (*_PAGES, f"/app/courses/{place.course}", f"/app/catalog/{place.course}")
    for path in paths:
        told = (await browser.get(path)).text
        assert '<html lang="ru"' in told
        for english in ("Main menu", "Sign out", "Skip to the content"):
            assert russian[english] in told
            assert english not in told
    await browser.post("/app/look", data={"language": "en", "next": "/app/catalog"})
    for path in paths:
        told = (await browser.get(path)).text
        assert '<html lang="en"' in told
        assert not re.search("[а-яё]", _OF_PEOPLE.sub("", told))


async def test_the_theme_that_was_chosen_is_rendered(browser: httpx.AsyncClient) -> None:
    assert "data-theme" not in (await browser.get("/app/sign-in")).text
    for theme, shown in (("dark", ' data-theme="dark"'), ("system", "")):
        reply = await browser.post("/app/look", data={"theme": theme, "next": "/app/sign-in"})
        assert (reply.status_code, reply.headers["location"]) == (303, "/app/sign-in")
        assert f'<html lang="ru"{shown}>' in (await browser.get("/app/sign-in")).text


async def test_the_density_that_was_chosen_is_rendered(browser: httpx.AsyncClient) -> None:
    for density, shown in (("dense", True), ("normal", False)):
        await browser.post("/app/look", data={"density": density, "next": "/app/sign-in"})
        assert ('data-density="dense"' in (await browser.get("/app/sign-in")).text) is shown


async def test_a_learner_goes_through_a_course_to_its_certificate(browser: httpx.AsyncClient, place: School) -> None:
    course = f"/app/courses/{place.course}"
    first, second = place.topics
    assert heading(await browser.get(course)) == "Тема 1"
    done = await browser.post(f"{course}/topics/{first}/completed")
    assert (done.status_code, done.headers["location"]) == (303, f"{course}/topics/{first}")
    assert heading(await browser.get(course)) == "Тема 2"
    part = await browser.post(f"{course}/topics/{second}/completed", headers={"hx-request": "true"})
    assert "Пройдено" in part.text
    assert f'hx-target="#tick-{second}"' in part.text
    assert "<html" not in part.text
    test = f"{course}/tests/final/{place.program}"
    assert "Начать тест" in (await browser.get(test)).text
    begun = await browser.post(f"{test}/begin")
    assert (begun.status_code, begun.headers["location"]) == (303, test)
    sheet = (await browser.get(test)).text
    options = re.findall(r'type="(radio|checkbox)" name="(question-\d+)" value="(\d+)"> <span>([^<]+)', sheet)
    right: dict[str, list[str]] = {}
    for _, name, value, text in options:
        if text != "неверно":
            right.setdefault(name, []).append(value)
    result = await browser.post(test, data=right)
    assert "Сдан: 100 %" in result.text
    results = (await browser.get("/app/results")).text
    assert "Итоговый тест" in results
    link = re.search(r'href="(/certificates/([^"/]+)/pdf\?code=([^"]+))"', results)
    assert link
    assert (await browser.get(link[1])).headers["content-type"] == "application/pdf"
    await browser.post("/app/sign-out")  # whoever is shown it checks it
    shown = await browser.get(f"/certificates/{link[2]}?code={link[3]}")
    assert (shown.status_code, shown.headers["location"]) == (303, f"/app/certificates/{link[2]}?code={link[3]}")
    page = (await browser.get(shown.headers["location"])).text
    assert "Действителен" in page
    assert "Анна Ким" in page
    found = await browser.get("/app/certificates", params={"number": f" {link[2]} ", "code": link[3]})
    assert found.headers["location"] == shown.headers["location"]
    wrong = await browser.get(f"/app/certificates/{link[2]}?code=wrong")
    assert (wrong.status_code, heading(wrong)) == (404, "Проверить сертификат")
    assert "Анна Ким" not in wrong.text
    as_json = await browser.get(f"/certificates/{link[2]}?code={link[3]}", headers={"accept": "application/json"})
    assert as_json.json()["valid"]


async def test_the_page_of_a_certificate_says_until_when_it_was_valid_and_what_has_replaced_it(
    browser: httpx.AsyncClient, stocked: Container, place: School
) -> None:
    person, now = await add_person(stocked, "yulia"), datetime.now(UTC)
    for number, days in enumerate((-1, 200), start=1):
        of = {"user_id": person, "course_id": place.course, "round": number}
        named = {"full_name": "Анна Ким", "title": "Курс"}
        of_time = {"issued_at": now - timedelta(days=400), "valid_until": now + timedelta(days=days)}
        code = {"number": f"ATG-2025-{number:06}", "verification_code": f"code-{number}"}
        await insert(stocked, "certificates", id=uuid4(), revoked_at=None, **of, **named, **of_time, **code)
    old, new = [
        (await browser.get(f"/app/certificates/ATG-2025-{number:06}?code=code-{number}")).text for number in (1, 2)
    ]
    assert all(words in old for words in ("Закончился", "Заменён сертификатом ATG-2025-000002"))
    assert "Действителен до" in new
    assert "Заменён" not in new


@pytest.mark.parametrize("shows", [False, True])
async def test_what_was_wrong_is_told_where_the_author_allows_it(
    browser: httpx.AsyncClient, stocked: Container, place: School, *, shows: bool
) -> None:
    await enter(browser, stocked, "author", role=Role.INSTRUCTOR)
    changed = await browser.put(f"/app/api/lessons/{place.lesson}/test", json={"shows_right_answers": shows})
    assert changed.status_code == 200
    await browser.post(f"/app/courses/{place.course}/enroll")
    told = (await browser.post(f"/app/courses/{place.course}/tests/lesson/{place.lesson}", data={})).text
    assert "Не сдан: 0 %" in told
    assert ("Верно: верно; тоже верно" in told) is shows
    assert ("Ваши ответы" in told) is shows


async def test_the_start_page_shows_what_is_due_first_and_what_is_new(
    browser: httpx.AsyncClient, stocked: Container, place: School
) -> None:
    await arrange(
        stocked,
        courses=[
            {"code": "N-C", "station": "S", "title": "Новый курс"},
            {"code": "D-C", "station": "S", "title": "Срочный"},
        ],
        enrollments=[{"username": "anna", "course": "D-C", "due_at": "2020-01-31T12:00:00Z"}],
    )
    page = (await browser.get("/app/")).text
    assert page.index("Срочный") < page.index("Просрочено с 31.01.2020") < page.index("Курс S")
    assert page.index("Новое в каталоге") < page.index("Новый курс")
    assert page.count("Курс S") == 1


async def test_the_part_of_a_topic_is_the_player_alone(browser: httpx.AsyncClient, place: School) -> None:
    path = f"/app/courses/{place.course}/topics/{place.topics[1]}"
    whole, part = await browser.get(path), await browser.get(path, headers={"hx-request": "true"})
    assert part.text.strip().startswith("<article")
    assert part.text.strip() in whole.text
    assert part.headers["vary"] == "HX-Request"


async def test_who_is_not_enrolled_is_shown_what_the_course_is_about(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    place = await school(stocked)
    await enter(browser, stocked)
    away = await browser.get(f"/app/courses/{place.course}")
    assert (away.status_code, away.headers["location"]) == (303, f"/app/catalog/{place.course}")
    offer = await browser.get(away.headers["location"])
    assert heading(offer) == "Курс S"
    assert "Записаться" in offer.text


async def test_what_is_written_in_a_topic_is_markdown_and_no_html(
    browser: httpx.AsyncClient, stocked: Container, place: School
) -> None:
    await enter(browser, stocked, "author", role=Role.INSTRUCTOR)
    content = (
        "# Заголовок\n\n**Важно** <script>alert(1)</script> [плохо](javascript:alert(1)) [хорошо](https://example.com)"
    )
    lesson = f"/app/api/lessons/{place.lesson}/topics/{place.topics[0]}"
    changed = await browser.put(f"/app/api/topics/{place.topics[0]}", json={"content": content})
    if changed.status_code == 404:
        changed = await browser.put(lesson, json={"content": content})
    assert changed.status_code == 200, changed.text
    await browser.post(f"/app/courses/{place.course}/enroll")
    shown = (await browser.get(f"/app/courses/{place.course}/topics/{place.topics[0]}")).text
    assert "<strong>Важно</strong>" in shown
    assert "&lt;script&gt;" in shown
    assert 'href="javascript' not in shown
    assert 'href="https://example.com"' in shown


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/app/nope", 404, "Такой страницы нет"),
        ("GET", "/app/courses/nope", 404, "Такой страницы нет"),
        ("GET", "/app/stations/99", 404, "Такой страницы нет"),
        ("GET", "/app/courses/{course}/topics/99999", 404, "Такой страницы нет"),
        ("GET", "/app/courses/{course}/tests/other/1", 404, "Такой страницы нет"),
        ("POST", "/app/courses/{course}/tests/final/{program}/begin", 409, "Сейчас это сделать нельзя"),
        ("GET", "/app/catalog?page=0", 400, "Не получилось"),
    ],
)
async def test_refusals_are_pages(
    *, browser: httpx.AsyncClient, place: School, method: str, path: str, status: int, title: str
) -> None:
    path = path.format(course=place.course, program=place.program)
    if status == 409:  # what was begun can not be begun once more
        assert (await browser.post(path)).status_code == 303
    reply = await browser.request(method, path)
    assert (reply.status_code, heading(reply)) == (status, title)
    part = await browser.request(method, path, headers={"hx-request": "true"})
    assert part.text.strip().startswith('<p class="alert" role="alert">')


async def test_a_browser_is_led_from_the_door_to_the_console_and_a_program_is_not(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/admin", "/admin/"):
        reply = await browser.get(path)
        assert (reply.status_code, reply.headers["location"]) == (303, "/app/")
        assert (await browser.get(path, headers={"accept": "application/json"})).status_code != 303


async def test_files_are_kept_for_good_at_an_address_of_their_content(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/app/sign-in")).text
    style = re.search(r'href="(/app/static/[0-9a-f]{12}/console.css)"', page)
    assert style
    whole = await browser.get(style[1], headers={"accept-encoding": "identity"})
    assert whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert whole.headers["content-type"].startswith("text/css")
    short = await browser.get(style[1], headers={"accept-encoding": "br, gzip"})
    assert short.headers["content-encoding"] == "gzip"
    assert int(short.headers["content-length"]) < len(whole.content) / 2
    assert short.content == whole.content
    older = await browser.get("/app/static/000000000000/console.css")
    assert older.headers["cache-control"] == "no-cache"
    for path in ("nothing.css", "../pages.py", "..%2fpages.py", "pdfjs/../../pages.py"):
        assert (await browser.get(f"/app/static/{static_files.version}/{path}")).status_code in {404, 303}


def test_own_scripts_and_styles_are_small() -> None:
    own = static_files_module._OWN
    sizes = {kind: [len(path.read_text().splitlines()) for path in own.glob(f"*.{kind}")] for kind in ("js", "css")}
    assert max(sizes["js"]) <= 150


async def test_a_course_for_the_whole_company_is_learned_like_any_other(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    at = await company_course(stocked, topics=2)
    await enter(browser, stocked)
    assert "Для всей компании" in (await browser.get("/app/catalog?q=Курс+W")).text
    assert "Программа W" in (await browser.get(f"/app/catalog/{at.id}")).text
    assert (await browser.post(f"/app/courses/{at.id}/enroll")).status_code == 303
    topic = f"/app/courses/{at.id}/topics/{at.topics[0]}"
    assert heading(await browser.get(topic)) == "Тема 1"
    assert (await browser.post(f"{topic}/completed")).status_code == 303
    assert "50" in (await browser.get(f"/app/courses/{at.id}")).text
    assert heading(await browser.get(f"/app/courses/{at.id}/tests/final/{at.program}")) == "Итог W"


async def test_a_locked_course_says_what_to_pass_first(browser: httpx.AsyncClient, stocked: Container) -> None:
    first = await company_course(stocked, name="A", topics=1, final_test=False)
    second = await company_course(stocked, name="B", topics=1)
    await stocked.edit_prerequisites()(second.id, [first.id], None)
    await enter(browser, stocked)
    offer = await browser.get(f"/app/catalog/{second.id}")
    assert "Сначала пройдите то, чего требует этот курс" in offer.text
    assert f'href="/app/catalog/{first.id}"' in offer.text
    assert "Записаться" not in offer.text
    refused = await browser.post(f"/app/courses/{second.id}/enroll")
    assert refused.status_code == 409
    assert "Курс A" in refused.text
    await arrange(
        stocked,
        learning_paths=[{"code": "P", "title": "Путь"}],
        learning_path_courses=[{"path": "P", "course": "B-C"}],
    )
    [person] = [row["id"] for row in await rows_of(stocked, "users") if row["username"] == "anna"]
    [path] = [row["id"] for row in await rows_of(stocked, "learning_paths") if row["code"] == "P"]
    await stocked.assign_learning_path()(path, Assignees(user_ids=(person,)))
    assert "Сначала пройдите: Курс A" in (await browser.get("/app/")).text


async def test_a_test_that_draws_its_questions_is_taken_like_any_other(
    browser: httpx.AsyncClient, stocked: Container, place: School
) -> None:
    await enter(browser, stocked, "author", role=Role.INSTRUCTOR)
    bank = (await browser.post("/app/api/question-banks", json={"title": "Банк"})).json()["id"]
    options = [{"text": "верно", "is_correct": True}, *({"text": f"мимо {number}"} for number in range(5))]
    for number in range(6):
        body = {"text": f"Из банка {number}?", "options": options}
        assert (await browser.post(f"/app/api/question-banks/{bank}/questions", json=body)).status_code == 201
    draws = {"draws": [{"bank_id": bank, "count": 3}], "shuffle_options": True, "shows_right_answers": True}
    assert (await browser.put(f"/app/api/lessons/{place.lesson}/test", json=draws)).status_code == 200
    await browser.post(f"/app/courses/{place.course}/enroll")
    path = f"/app/courses/{place.course}/tests/lesson/{place.lesson}"
    before = (await browser.get(path)).text
    assert "Начать тест" in before
    assert "<dd>5</dd>" in before
    assert "Из банка" not in before
    await browser.post(f"{path}/begin")
    sheet = (await browser.get(path)).text
    asked = re.findall(r"<legend>(\d)\. ([^<]+)</legend>", sheet)
    assert [number for number, _ in asked] == ["1", "2", "3", "4", "5"]
    assert len({text for _, text in asked}) == 5
    choice = r'name="(question-\d+)" value="(\d+)"[^>]*> <span>([^<]+)'
    choices = re.findall(choice, sheet)
    assert re.findall(choice, (await browser.get(path)).text) == choices
    right: dict[str, list[str]] = {}
    for name, value, text in choices:
        if text in {"верно", "тоже верно"}:
            right.setdefault(name, []).append(value)
    last = list(right)[-1]
    told = (await browser.post(path, data=right | {last: [choices[-1][1]]})).text
    assert [text for _, text in asked] == re.findall(r"<strong>([^<]+)</strong>", told)
    assert ("Сдан" in told, told.count("Верно: верно")) == (True, int(choices[-1][2] != "верно"))
