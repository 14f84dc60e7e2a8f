"""Pages of homework: a teacher sets it, a student of the group hands it in, the teacher marks it."""

from collections.abc import AsyncIterator
from uuid import uuid4

from playwright.async_api import Page

from tests.browser.people import Demo
from tests.browser.visits import sign_in

GROUP = "МТК-26/1"
"""Of the demo's teacher, in which the demo's student is."""

_SET = """async ([group, title, texts, publish]) => {
  const call = async (method, path, body) => (await fetch(`/app/api${path}`, {
    method, headers: {"Content-Type": "application/json"}, body: body && JSON.stringify(body),
  })).json();
  const groups = await call("GET", "/groups");
  const choices = [{text: "Автоколебания потока", is_correct: true}, {text: "Резонанс ротора"}];
  const questions = texts.map(text => ({question_type: "TEXT", text, points: 2, allow_files: true}));
  questions.push({question_type: "MULTI_CHOICE", text: "Что такое помпаж?", points: 1, choices});
  const group_id = groups.items.find(each => each.name === group).id;
  const made = await call("POST", "/homework", {group_id, title, questions});
  if (publish) await call("POST", `/homework/${made.id}/publish`);
  return `/app/homework/${made.id}`;
}"""


async def set_homework(page: Page, *texts: str, publish: bool = True) -> str:
    """By the teacher who is signed in: these texts, and a question of choices behind them; the path."""
    title = f"Задание {uuid4().hex[:6]}"
    return str(await page.evaluate(_SET, [GROUP, title, list(texts), publish]))


async def homework_pages(page: Page, demo: Demo) -> AsyncIterator[str]:
    """What is open, one after the other."""
    await page.context.clear_cookies()
    await sign_in(page, demo.named("teacher"))
    path, draft = await set_homework(page, "Опишите пуск"), await set_homework(page, "Опишите останов", publish=False)
    for name, asked in (
        ("homework of a teacher", "/app/homework"),
        ("new homework", "/app/homework/new"),
        ("the builder", f"{draft}/edit"),
        ("homework as a student sees it", f"{draft}/preview"),
        ("homework that is not published", draft),
    ):
        await page.goto(asked)
        yield name
    await page.goto("/app/homework/new")
    await page.locator("[name=title]").evaluate("field => field.removeAttribute('required')")
    await page.locator("main form button.main").click()
    await page.locator("[role=alert]").wait_for()
    yield "new homework with faults"
    await page.context.clear_cookies()
    await sign_in(page, demo.named("student"))
    async for shown in _of_student(page, path):
        yield shown
    await page.context.clear_cookies()
    await sign_in(page, demo.named("teacher"))
    await page.goto(path)
    yield "results of homework"
    await page.goto(f"{path}/edit")
    yield "the builder of what students work on"
    await page.goto(f"/app/marking?homework_id={path.rpartition('/')[2]}")
    yield "the queue"
    await page.locator("main a.button.main").click()
    await page.locator("input[name^='grade-']").wait_for()
    yield "a submission"
    await page.locator("input[name^='grade-']").fill("9")
    await page.locator("button[value=save]").click()
    await page.locator("[role=alert]").wait_for()
    yield "a submission with faults"


async def _of_student(page: Page, path: str) -> AsyncIterator[str]:
    await page.goto("/app/homework")
    yield "homework of a student"
    await page.goto(path)
    yield "homework before it is begun"
    await page.locator("form[action$='/begin'] button").click()
    await page.locator("homework-sheet").wait_for()
    yield "the sheet"
    await page.locator("button[value=review]").click()
    await page.wait_for_url("**/hand-in")
    yield "the sheet before it is handed in"
    await page.locator("main form button.main").click()
    await page.wait_for_url(f"**{path}")
    yield "homework that was handed in"
