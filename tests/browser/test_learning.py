"""What a learner does from signing in to a certificate, and which of it works without JavaScript."""

import re
from collections.abc import Mapping

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.people import COURSE, Demo, Person
from tests.browser.visits import DESK, PHONE, SECONDS, Visits, sign_in, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SECONDS * 1000)

_TOPIC = "Закачка и отбор: режимы сезона"
_IS_DRAWN = """canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const colours = new Set();
  for (let at = 0; at < pixels.length; at += 4) colours.add(pixels[at] << 16 | pixels[at + 1] << 8 | pixels[at + 2]);
  return colours.size > 1;
}"""


@pytest.mark.parametrize(
    ("width", "theme", "by_keyboard"),
    [(DESK, "light", False), (PHONE, "dark", False), (DESK, "dark", True)],
    ids=["desk-light", "phone-dark", "keyboard-alone"],
)
async def test_a_learner_comes_from_signing_in_to_a_certificate(
    visits: Visits, demo: Demo, width: int, theme: str, by_keyboard: bool
) -> None:
    async with visits.page(width=width, theme=theme) as page:
        hands = Keyboard(page) if by_keyboard else Mouse()
        await _enter_a_course(page, hands, demo.person())
        await _open_topic(page, hands)
        await _read(page, hands)
        await _watch_a_video(page, hands)
        await _complete(page, hands)
        await _complete_all_others(page)
        await _take_all_tests(page, hands, demo)
        await _look_at_the_certificate(page, hands)


async def _enter_a_course(page: Page, hands: Hands, person: Person) -> None:
    await page.goto("/app/")
    await hands.fill(page.locator("[name=login]"), person.username)
    await hands.fill(page.locator("[name=password]"), person.password)
    await hands.press(page.get_by_role("button", name="Войти", exact=True))
    await page.wait_for_url("**/app/")
    await hands.press(page.get_by_role("navigation").get_by_role("link", name="Каталог"))
    await page.wait_for_url("**/app/catalog")
    await hands.fill(page.locator("main [name=q]"), "осушка газа ПХГ")
    await hands.press(page.locator("main form button"))
    await hands.press(page.get_by_role("link", name=COURSE))
    await hands.press(page.get_by_role("button", name="Записаться"))
    await page.wait_for_url("**/app/courses/*")


async def _open_topic(page: Page, hands: Hands) -> None:
    """By the outline, without a new page; its heading has the focus."""
    link = page.locator(".outline").get_by_role("link", name=_TOPIC)
    if not await link.is_visible():
        await hands.press(page.locator(".outline summary"))
    await page.evaluate("window.stays = true")
    await hands.press(link)
    await expect(page.locator("#player h1")).to_contain_text(_TOPIC)
    await expect(page.locator("#player h1")).to_be_focused()
    await expect(link).to_have_attribute("aria-current", "page")
    await expect(page).to_have_title(re.compile(_TOPIC))
    assert await page.evaluate("window.stays")


async def _read(page: Page, hands: Hands) -> None:
    viewer = page.locator("pdf-view")
    await expect(viewer).to_have_attribute("data-shown", "1")
    await expect(viewer.locator("[role=status]")).to_contain_text("Страница 1 из ")
    assert await viewer.locator("canvas").evaluate(_IS_DRAWN)
    narrow = await viewer.locator("canvas").evaluate("canvas => canvas.width")
    await hands.press(viewer.get_by_role("button", name="Крупнее"))
    await until(viewer.locator("canvas"), f"canvas => canvas.width > {narrow}")


async def _watch_a_video(page: Page, hands: Hands) -> None:
    """Where it was stopped is known after a reload."""
    video = page.locator("video-lesson video")
    await video.evaluate("video => video.readyState || new Promise(ready => video.onloadedmetadata = ready)")
    await hands.play(video)
    await until(video, "video => video.currentTime > 2.5")
    async with page.expect_response("**/app/api/topics/*/progress") as kept:
        await hands.play(video)
    assert (await kept.value).status == 200
    await page.reload()
    await until(video, "video => video.currentTime >= 2")


async def _complete(page: Page, hands: Hands) -> None:
    """The share of the course and the tick of the topic change where they stand."""
    await page.evaluate("window.stays = true")
    await hands.press(page.get_by_role("button", name="Отметить изученным"))
    await expect(page.locator("#completed .good")).to_be_visible()
    await expect(page.locator("#share progress")).not_to_have_attribute("value", "0")
    await expect(page.locator(".outline a[aria-current] .tick")).to_have_class(re.compile("done"))
    assert await page.evaluate("window.stays")


async def _complete_all_others(page: Page) -> None:
    """In the same way as the page's own scripts."""
    done = await page.evaluate("""async () => {
      const links = document.querySelectorAll(".outline a[href*='/topics/']");
      const replies = [];
      for (const link of links) replies.push((await fetch(`/app/api/topics/${link.href.split("/").pop()}/progress`, {
        method: "PUT", headers: {"Content-Type": "application/json"}, body: JSON.stringify({completed: true}),
      })).status);
      return replies;
    }""")
    assert len(done) > 10
    assert set(done) == {200}


async def _take_all_tests(page: Page, hands: Hands, demo: Demo) -> None:
    links = page.locator(".outline a[href*='/tests/']")
    paths = [await link.get_attribute("href") for link in await links.all()]
    assert len(paths) == 3
    for path in paths:
        await page.goto(path or "")
        await hands.press(page.get_by_role("button", name="Начать тест"))
        await _answer(page, hands, demo.answers)
        await expect(page.get_by_role("heading", name="Сдан: 100 %")).to_be_visible()


async def _answer(page: Page, hands: Hands, right: Mapping[str, frozenset[str]]) -> None:
    await page.locator("fieldset").first.wait_for()
    for question in await page.locator("fieldset").all():
        asked = (await question.locator("legend").inner_text()).partition(". ")[2]
        for choice in await question.locator("label.choice").all():
            if (await choice.inner_text()).strip() in right[asked.strip()]:
                await hands.choose(choice.locator("input"))
    await hands.press(page.get_by_role("button", name="Сдать"))


async def _look_at_the_certificate(page: Page, hands: Hands) -> None:
    await hands.press(page.get_by_role("link", name="К сертификату"))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Результаты")
    certificate = page.locator("a[href^='/certificates/']").first
    printed = await page.request.get(await certificate.get_attribute("href") or "")
    assert printed.headers["content-type"] == "application/pdf"
    assert (await printed.body()).startswith(b"%PDF-")


async def test_without_javascript_a_course_can_be_learned(visits: Visits, demo: Demo) -> None:
    async with visits.page(scripts=False) as page:
        hands = Mouse()
        await _enter_a_course(page, hands, demo.person())
        await expect(page.locator("#player .text p").first).to_be_visible()
        await page.locator(".outline").get_by_role("link", name=_TOPIC).click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text(_TOPIC)
        document = page.locator("pdf-view a")
        await expect(document).to_be_visible()
        read = await page.request.get(await document.get_attribute("href") or "")
        assert (await read.body()).startswith(b"%PDF-")
        await page.get_by_role("button", name="Отметить изученным").click()
        await expect(page.locator("#completed .good")).to_be_visible()
        await page.locator(".outline a[href*='/tests/lesson/']").first.click()
        await page.get_by_role("button", name="Начать тест").click()
        await _answer(page, hands, demo.answers)
        await expect(page.get_by_role("heading", name="Сдан: 100 %")).to_be_visible()


async def test_what_was_answered_is_there_after_a_reload(visits: Visits, demo: Demo) -> None:
    async with visits.page() as page:
        await _enter_a_course(page, Mouse(), demo.person())
        await page.goto(await page.locator(".outline a[href*='/tests/lesson/']").first.get_attribute("href") or "")
        await page.get_by_role("button", name="Начать тест").click()
        chosen = page.locator("fieldset input").nth(1)
        async with page.expect_response("**/attempts/draft") as kept:
            await chosen.check()
        assert (await kept.value).ok
        await page.reload()
        await expect(chosen).to_be_checked()


async def test_signing_in_leads_back_to_what_was_asked_for(visits: Visits, demo: Demo) -> None:
    async with visits.page() as page:
        await page.goto("/app/stations")
        await expect(page).to_have_url(re.compile("/app/sign-in"))
        person = demo.person()
        await page.locator("[name=login]").fill(person.username)
        await page.locator("[name=password]").fill(person.password)
        await page.get_by_role("button", name="Войти", exact=True).click()
        await page.wait_for_url("**/app/stations")
    async with visits.page() as page:
        await sign_in(page, demo.named("employee"))
