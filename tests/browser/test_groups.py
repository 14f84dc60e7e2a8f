"""A teacher makes a group and shows its code, a student joins by it, and the teacher looks at the student."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from pypdf import PdfReader

from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.people import Demo
from tests.browser.visits import DESK, PHONE, SECONDS, Visits, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SECONDS * 1000)

_TEACHER, _STUDENT = "Пётр Громов", "Мария Лисина"


@pytest.mark.parametrize(
    ("width", "theme", "by_keyboard"),
    [(DESK, "light", False), (PHONE, "dark", False), (DESK, "dark", True)],
    ids=["desk-light", "phone-dark", "keyboard-alone"],
)
async def test_a_class_comes_into_a_group_by_its_code(
    visits: Visits, demo: Demo, width: int, theme: str, by_keyboard: bool
) -> None:
    async with visits.page(width=width, theme=theme) as teacher, visits.page(width=width, theme=theme) as student:
        his, hers = [Keyboard(page) if by_keyboard else Mouse() for page in (teacher, student)]
        await sign_in(teacher, demo.person(role="teacher", full_name=_TEACHER))
        await sign_in(student, demo.person(role="student", full_name=_STUDENT))
        name = f"Группа {uuid4().hex[:6]}"
        await _make_group(teacher, his, name)
        await _invite(teacher, his)
        code = await _show_code(teacher, his)
        await _join(student, hers, code, name)
        await _look_at_student(teacher, his, name)
        await _remove(teacher, his, name)


async def _make_group(page: Page, hands: Hands, name: str) -> None:
    await hands.press(page.get_by_role("navigation").get_by_role("link", name="Группы"))
    await page.wait_for_url("**/app/groups")
    await expect(page.locator(".empty")).to_contain_text("Здесь будут ваши группы")
    await hands.fill(page.get_by_label("Название группы"), name)
    await hands.press(page.get_by_role("button", name="Создать группу"))
    await page.wait_for_url("**/app/groups/*?done=made")
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)


async def _invite(page: Page, hands: Hands) -> None:
    address = f"{uuid4().hex[:8]}@example.com"
    await hands.fill(page.get_by_label("Адреса почты"), f"{address}, не адрес")
    await hands.press(page.get_by_role("button", name="Пригласить"))
    results = page.locator(".results li")
    await expect(results).to_have_text(
        [re.compile(f"{address}.*Приглашение отправлено"), re.compile("не адрес.*Это не адрес почты")]
    )
    await hands.press(page.get_by_role("button", name=f"Отозвать: {address}"))
    await expect(page.get_by_role("status").first).to_have_text("Приглашение отозвано")
    await expect(page.get_by_text(address)).to_have_count(0)


async def _show_code(page: Page, hands: Hands) -> str:
    await hands.press(page.get_by_role("button", name="Создать код"))
    await hands.press(page.get_by_role("link", name="Лист для печати"))
    await page.wait_for_url("**/join-code")
    await expect(page.get_by_role("button", name="Печать")).to_be_visible()
    await expect(page.locator(".qr svg")).to_be_visible()
    await page.emulate_media(media="print")
    await expect(page.get_by_role("navigation").first).to_be_hidden()
    await expect(page.get_by_role("button", name="Печать")).to_be_hidden()
    await page.emulate_media(media="screen")
    assert len(PdfReader(BytesIO(await page.pdf(format="A4"))).pages) == 1
    return (await page.locator(".sheet .big").inner_text()).strip()


async def _join(page: Page, hands: Hands, code: str, name: str) -> None:
    await hands.press(page.get_by_role("navigation").get_by_role("link", name="Группы"))
    await hands.fill(page.get_by_label("Код"), code.lower().replace("-", " "))
    await hands.press(page.get_by_role("button", name="Вступить"))
    await page.wait_for_url("**/app/groups/*?done=joined")
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    await expect(page.locator("main")).to_contain_text(f"Преподаватель: {_TEACHER}")


async def _look_at_student(page: Page, hands: Hands, name: str) -> None:
    await hands.press(page.get_by_role("link", name="Назад к группе"))
    await page.wait_for_url(re.compile(r"/app/groups/\d+$"))
    await hands.press(page.get_by_role("link", name=_STUDENT, exact=True))
    await expect(page.get_by_role("heading", level=1)).to_have_text(_STUDENT)
    await expect(page.get_by_role("heading", name="Посещаемость")).to_be_visible()
    await hands.press(page.get_by_role("navigation").get_by_role("link", name="Группы").last)
    await page.wait_for_url("**/app/groups")
    await hands.fill(page.get_by_role("searchbox"), "лисин")
    await hands.press(page.get_by_role("button", name="Найти"))
    await expect(page.locator("#students + .people li")).to_have_count(1)
    await hands.press(page.get_by_role("link", name=f"{_STUDENT}: {name}"))
    await expect(page.get_by_role("heading", level=1)).to_have_text(_STUDENT)


async def _remove(page: Page, hands: Hands, name: str) -> None:
    await hands.press(page.get_by_role("link", name="Убрать из группы"))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Убрать ученика из группы?")
    await hands.press(page.get_by_role("button", name="Убрать из группы"))
    await page.wait_for_url("**?done=removed")
    await expect(page.locator(".empty")).to_contain_text("Здесь будут ученики")


async def test_an_invitation_waits_at_the_start_page(visits: Visits, demo: Demo) -> None:
    invited = demo.person(role="student", full_name=_STUDENT)
    async with visits.page() as teacher, visits.page(width=PHONE) as student:
        await sign_in(teacher, demo.person(role="teacher", full_name=_TEACHER))
        name = f"Группа {uuid4().hex[:6]}"
        await _make_group(teacher, Mouse(), name)
        await teacher.get_by_label("Адреса почты").fill(f"{invited.username}@example.com")
        await teacher.get_by_role("button", name="Пригласить").click()
        await expect(teacher.locator(".results li")).to_contain_text("Приглашение отправлено")
        await sign_in(student, invited)
        notice = student.locator(".invitation")
        await expect(notice).to_contain_text(f"{_TEACHER} приглашает вас в группу «{name}»")
        await notice.get_by_role("button", name="Принять").click()
        await expect(student.get_by_role("heading", level=1)).to_have_text(name)


async def test_without_javascript_a_group_is_made_and_joined(visits: Visits, demo: Demo) -> None:
    async with visits.page(scripts=False) as teacher, visits.page(scripts=False) as student:
        await sign_in(teacher, demo.person(role="teacher", full_name=_TEACHER))
        await sign_in(student, demo.person(role="student", full_name=_STUDENT))
        name = f"Группа {uuid4().hex[:6]}"
        await _make_group(teacher, Mouse(), name)
        await teacher.get_by_role("button", name="Создать код").click()
        await teacher.get_by_role("link", name="Лист для печати").click()
        await expect(teacher.get_by_role("button", name="Печать")).to_be_hidden()
        code = (await teacher.locator(".sheet .big").inner_text()).strip()
        await _join(student, Mouse(), code, name)
