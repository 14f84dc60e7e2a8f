"""The year of a training department: assign, see who is late, remind, look at the matrix, print certificates."""

from uuid import uuid4

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.hands import Keyboard, Mouse
from tests.browser.people import COURSE, Demo
from tests.browser.training_hands import assign, print_one, remind
from tests.browser.visits import DESK, PHONE, SECONDS, Visits, sign_in
from tests.people import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SECONDS * 1000)

_PEOPLE = 5


@pytest.mark.parametrize(
    ("width", "theme", "by_keyboard"),
    [(DESK, "light", False), (PHONE, "dark", True)],
    ids=["desk-light", "phone-dark-keyboard-alone"],
)
async def test_a_year_of_the_training_department(
    visits: Visits, demo: Demo, width: int, theme: str, by_keyboard: bool
) -> None:
    prefix = f"w{uuid4().hex[:6]}"
    shop = f"Цех {prefix}"
    for number in range(_PEOPLE):
        _add(demo, f"{prefix}-{number}", shop)
    async with visits.page(width=width, theme=theme) as page:
        hands = Keyboard(page) if by_keyboard else Mouse()
        await sign_in(page, demo.person(role="training", full_name="Ольга Ким"))
        await hands.press(page.locator(".menu").get_by_role("link", name="Обучение", exact=True))
        await assign(page, hands, COURSE, shop)
        await remind(page, hands, shop, _PEOPLE)
        _complete(demo, f"{prefix}-0")
        await page.goto(f"/app/training/late?department={shop}")
        await expect(page.get_by_role("status").first).to_have_text(f"Найдено просроченных курсов: {_PEOPLE - 1}")
        await page.goto(f"/app/training/matrix?department={shop}&course={demo.course}")
        await expect(page.locator(".matrix tbody .good")).to_have_count(1)
        await expect(page.locator(".matrix tbody .late")).to_have_count(_PEOPLE - 1)
        await print_one(page, hands, prefix)


async def test_a_list_is_filtered_sorted_and_chosen_from_without_scripts(visits: Visits, demo: Demo) -> None:
    prefix = f"w{uuid4().hex[:6]}"
    for number in range(2):
        _add(demo, f"{prefix}-{number}", f"Цех {prefix}")
    async with visits.page(scripts=False) as page:
        await sign_in(page, demo.named("admin"))
        await page.goto("/app/training/people")
        await page.get_by_label("Найти человека").fill(f"{prefix}-1")
        await page.get_by_role("button", name="Показать").click()
        await expect(page.locator("tbody tr")).to_have_count(1)
        await page.locator("[name=user_id]").check()
        await page.get_by_role("button", name="Назначить курс выбранным").click()
        await expect(page.locator("[name=user_ids]")).to_have_count(1)
        await page.locator("[name=course_id]").select_option(label=COURSE)
        await page.get_by_role("button", name="Назначить", exact=True).click()
        await expect(page.locator("tbody th")).to_have_text([f"{prefix}-1"])


def _add(demo: Demo, username: str, department: str) -> None:
    made = {"username": username, "password": PASSWORD, "full_name": username, "department": department}
    reply = demo.admin.post("/admin/users", json=made)
    assert reply.is_success, reply.text


def _complete(demo: Demo, username: str) -> None:
    """The topics as a learner does by the API; the tests were passed on paper."""
    [user] = demo.admin.get("/admin/users", params={"q": username}).json()["items"]
    with httpx.Client(base_url=demo.url, timeout=60) as learner:
        reply = learner.post("/auth/login", json={"username": username, "password": PASSWORD})
        learner.headers["authorization"] = f"Bearer {reply.json()['access_token']}"
        for program in learner.get(f"/courses/{demo.course}/progress").json()["programs"]:
            tests = [f"/programs/{program['id']}/final-test"] if program["final_test"] else []
            for lesson in program["lessons"]:
                tests += [f"/lessons/{lesson['id']}/test"] if lesson["test"] else []
                for topic in lesson["topics"]:
                    learner.put(f"/topics/{topic['id']}/progress", json={"completed": True})
            for path in tests:
                done = demo.admin.post(f"{path}/results", json={"user_id": user["id"], "score_percent": 100})
                assert done.is_success, done.text
        assert learner.get("/users/me/certificates").json()["total"] > 0
