"""The shop at the console: what is sold, customers, purchases and refunds, promo codes and tickets."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from atg_adapters.memory.identity.caller_cache import MemoryCallerCache
from atg_core.identity.model import Role
from atg_core.shop.messages import Audience
from atg_core.shop.model import Item
from atg_core.shop.purchases import Purchase
from atg_entrypoints.container import Container
from tests.contracts.databases import on_sqlite
from tests.integration.console.browsing import another, enter, heading
from tests.statements import counted

SHOP = "/app/shop"
LESSON = {"description": "", "is_active": True, "is_free": False, "video_path": None, "text_content": "Тайна"}
CODE = {"discount_amount": None, "discount_percent": 50, "max_uses": 9, "is_active": True, "expires_at": None}


@pytest.fixture(autouse=True)
async def entered(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked, "keeper", role=Role.SHOP)


async def a_lesson(stocked: Container, title: str = "Насосы", price: int = 100) -> int:
    lesson = await stocked.edit_products().add_lesson({**LESSON, "title": title, "price": price})
    return int(lesson.id)


async def a_customer(stocked: Container, number: int = 777, **names: Any) -> int:
    values = {"first_name": "Анна", "last_name": "<Ан>", "username": "anna", **names}
    return int((await stocked.edit_customers().register(number, values))[0].id)


async def sell(
    stocked: Container, customer: int, item: Item, *, code: str | None = None, paid: bool = True
) -> Purchase:
    bought: Purchase = (
        await stocked.create_purchase()(customer, item, f"pay-{customer}-{item.lesson_id}-{item.course_id}", code)
    )[0]
    if not paid:
        return bought
    settled: Purchase = await stocked.settle_purchase().complete(bought.id, f"charge-{bought.id}", bought.amount)
    return settled


async def test_a_lesson_is_added_changed_and_taken_out(browser: httpx.AsyncClient, stocked: Container) -> None:
    assert "Ни один урок не подходит" in (await browser.get(f"{SHOP}/lessons?q=Насосы")).text
    form = {"title": "Насосы <1>", "description": "О них", "price": "100", "video_path": "shop/1.mp4"}
    made = await browser.post(f"{SHOP}/lessons/new", data={**form, "text_content": "Тайна", "is_active": "on"})
    assert (made.status_code, made.headers["location"]) == (303, f"{SHOP}/lessons?done=added")
    listed = (await browser.get(f"{SHOP}/lessons?q=насосы&active=true")).text
    assert "Насосы &lt;1&gt;" in listed
    assert "100 звёзд" in listed
    address = re.search(rf'href="({SHOP}/lessons/\d+)"', listed)
    assert address
    assert 'value="shop/1.mp4"' in (await browser.get(address[1])).text
    await browser.post(address[1], data={**form, "title": "Насосы", "price": "0", "is_free": "on"})
    changed = await stocked.shop_queries().lesson(int(address[1].rpartition("/")[2]))
    assert (changed.title, changed.price, changed.is_free, changed.is_active) == ("Насосы", 0, True, False)
    assert changed.text_content is None
    gone = await browser.post(f"{address[1]}/delete")
    assert gone.headers["location"] == f"{SHOP}/lessons?done=deleted"
    assert (await browser.get(address[1])).status_code == 404


async def test_faults_of_a_lesson_stand_beside_their_fields(browser: httpx.AsyncClient) -> None:
    for price in ("много", "-1", "1000001"):
        reply = await browser.post(f"{SHOP}/lessons/new", data={"title": "", "price": price, "description": "Моё"})
        assert reply.status_code == 400
        assert 'id="fault-title"' in reply.text
        assert 'id="fault-price"' in reply.text
        assert f'value="{price}"' in reply.text
        assert ">Моё</textarea>" in reply.text
    reply = await browser.post(f"{SHOP}/courses/new", data={"title": "К", "total_price": "1", "discount_price": "x"})
    assert 'id="fault-discount_price"' in reply.text


async def test_lessons_of_a_course_are_ordered_without_a_script(browser: httpx.AsyncClient, stocked: Container) -> None:
    one, two, three = [await a_lesson(stocked, title) for title in ("Первый", "Второй", "Третий")]
    made = await browser.post(f"{SHOP}/courses/new", data={"title": "Курс", "total_price": "300", "is_active": "on"})
    course = made.headers["location"].partition("?")[0]
    assert "В курсе пока нет уроков" in (await browser.get(course)).text

    async def arrange(lesson: int, how: str) -> tuple[int, ...]:
        reply = await browser.post(f"{course}/lessons", data={"lesson": str(lesson), "how": how})
        assert reply.status_code == 303, reply.text
        found, _ = await stocked.shop_queries().course(int(course.rpartition("/")[2]))
        return tuple(found.lesson_ids)

    for lesson in (one, two, three):
        await arrange(lesson, "add")
    assert await arrange(three, "up") == (one, three, two)
    assert await arrange(one, "up") == (one, three, two)
    assert await arrange(one, "down") == (three, one, two)
    assert await arrange(two, "down") == (three, one, two)
    assert await arrange(one, "remove") == (three, two)
    for how in ("remove", "up", "down", "x"):
        assert await arrange(one, how) == (three, two), how
    assert await arrange(two, "add") == (three, two)
    assert await arrange(two, "x") == (three, two)
    shown = (await browser.get(f"{course}?q=Перв")).text
    assert "Первый" in shown
    reply = await browser.post(f"{course}/lessons", data={"lesson": "999999", "how": "add"})
    assert reply.status_code == 404
    await browser.post(course, data={"title": "Курс", "total_price": "300", "discount_price": "250"})
    listed = (await browser.get(f"{SHOP}/courses")).text
    assert "250 звёзд" in listed
    assert "Не продаётся" in listed
    await browser.post(f"{course}/delete")
    assert (await browser.get(course)).status_code == 404


async def test_the_newest_items_are_offered_where_not_all_are(
    browser: httpx.AsyncClient, stocked: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atg_entrypoints.console.shop.courses._MOST_OFFERED", 2)
    monkeypatch.setattr("atg_entrypoints.console.shop.messages._MOST_ITEMS", 2)
    one, two, three, four = [await a_lesson(stocked, title) for title in ("Первый", "Второй", "Третий", "Четвёртый")]
    values = {"description": "", "total_price": 9, "discount_price": None, "is_active": True}
    courses = [
        (await stocked.edit_products().add_course({**values, "title": title}, [four, two])).id for title in "АБВ"
    ]

    def offered(reply: httpx.Response, name: str) -> list[str]:
        chosen = re.search(rf'<select[^>]* name="{name}"[^>]*>(.*?)</select>', reply.text, re.DOTALL)
        return re.findall(r'<option value="([^"]+)"', chosen[1]) if chosen else []

    course = await browser.get(f"{SHOP}/courses/{courses[0]}")
    assert offered(course, "lesson") == [str(three), str(one)]
    assert "Показаны не все уроки" not in course.text
    await a_lesson(stocked, "Пятый")
    assert "Показаны не все уроки" in (await browser.get(f"{SHOP}/courses/{courses[0]}")).text
    message = offered(await browser.get(f"{SHOP}/messages/new"), "item")
    assert message == [f"lesson-{four + 1}", f"lesson-{four}", f"course-{courses[2]}", f"course-{courses[1]}"]


async def test_sums_of_days_and_items_are_shown_and_lead_to_their_purchases(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    assert "За эти дни ничего не оплачено" in (await browser.get(SHOP)).text
    lesson, customer = await a_lesson(stocked), await a_customer(stocked)
    await sell(stocked, customer, Item(lesson_id=lesson))
    today = stocked.clock()().astimezone(stocked.settings().zone).date()
    reply = await browser.get(SHOP)
    assert heading(reply) == "Магазин"
    assert reply.text.count("100 звёзд") == 3
    assert f"status=completed&amp;lesson_id={lesson}" in reply.text
    assert f"from={today}&amp;to={today}&amp;status=completed" in reply.text
    assert '<svg class="chart"' in reply.text
    before = today - timedelta(days=1)
    assert "За эти дни ничего не оплачено" in (await browser.get(f"{SHOP}?from={before}&to={before}")).text
    late = await browser.get(f"{SHOP}?from={today}&to={before}")
    assert 'role="alert"' in late.text
    assert (await browser.get(f"{SHOP}?from=x&to=&page=2")).status_code == 200
    for path in ("/app/api/api/purchases.csv?excel=true", "/app/api/api/purchases/by-day.xlsx"):
        assert (await browser.get(path)).status_code == 200


async def test_purchases_are_filtered_and_one_is_refunded_once(browser: httpx.AsyncClient, stocked: Container) -> None:
    one, two = await a_lesson(stocked), await a_lesson(stocked, "Газ")
    anna, boris = await a_customer(stocked), await a_customer(stocked, 778, first_name="Борис", last_name=None)
    bought = await sell(stocked, anna, Item(lesson_id=one))
    await sell(stocked, boris, Item(lesson_id=two), paid=False)
    every = (await browser.get(f"{SHOP}/purchases")).text
    assert "Покупок найдено: 2" in every
    assert "Анна &lt;Ан&gt;" in every
    assert every.count("/refund") == 1
    for query, found in (
        ("status=pending", "Газ"),
        (f"user_id={anna}", "Насосы"),
        (f"lesson_id={two}", "Газ"),
        ("from=2030-01-01", None),
        ("status=x&user_id=x&from=x", "Насосы"),
    ):
        text = (await browser.get(f"{SHOP}/purchases?{query}")).text
        assert ("Покупок найдено: 0" in text) if found is None else (f'row">{found}' in text), query
    address = f"{SHOP}/purchases/{bought.id}/refund"
    asked = (await browser.get(address)).text
    assert "Насосы" in asked
    assert "100" in asked
    done = await browser.post(address)
    assert done.headers["location"] == f"{SHOP}/purchases?user_id={anna}&done=refunded"
    assert "Возвращено" in (await browser.get(done.headers["location"])).text
    assert (await browser.post(address)).status_code == 303
    assert len([each for each in await stocked.jobs().listed() if each.kind == "refund_stars"]) == 1
    pending, _ = await stocked.shop_queries().purchases(boris, limit=1, offset=0)
    refused = await browser.post(f"{SHOP}/purchases/{pending[0].id}/refund")
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text
    assert (await browser.get(f"{SHOP}/purchases/999999/refund")).status_code == 404


async def test_a_customer_is_shown_with_what_they_own_and_can_be_blocked(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    lesson, customer = await a_lesson(stocked), await a_customer(stocked)
    await sell(stocked, customer, Item(lesson_id=lesson))
    await stocked.create_ticket()(customer, "Не играет", "Видео")
    listed = (await browser.get(f"{SHOP}/customers?q=анна&active=true")).text
    assert "@anna" in listed
    address = f"{SHOP}/customers/{customer}"
    shown = await browser.get(address)
    assert heading(shown) == "Анна <Ан>"
    assert shown.text.count("Насосы") == 2
    assert "Не играет" in shown.text
    await browser.post(address, data={"active": "false"})
    assert not await stocked.shop_queries().is_active_customer(customer)
    assert "Заблокирован" in (await browser.get(address)).text
    await browser.post(address, data={"active": "true"})
    assert await stocked.shop_queries().is_active_customer(customer)
    assert (await browser.get(f"{SHOP}/customers/999999")).status_code == 404


async def test_a_promo_code_is_added_and_changed_and_shows_who_used_it(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    form = {"code": "весна", "discount_percent": "150", "max_uses": "0", "last_day": "x"}
    refused = await browser.post(f"{SHOP}/promo-codes/new", data=form)
    for field in ("code", "discount_percent", "max_uses", "last_day"):
        assert f'id="fault-{field}"' in refused.text, field
    form = {"code": " spring-20 ", "discount_percent": "20", "max_uses": "5", "last_day": "2030-12-31"}
    made = await browser.post(f"{SHOP}/promo-codes/new", data={**form, "is_active": "on"})
    address = made.headers["location"].partition("?")[0]
    key = int(address.rpartition("/")[2])
    code = await stocked.shop_queries().code(key)
    assert (code.code, code.discount_percent, code.max_uses) == ("SPRING-20", 20, 5)
    assert f"{code.expires_at:%Y-%m-%d %H:%M}" == "2031-01-01 00:00"
    assert "Им ещё никто не воспользовался" in (await browser.get(address)).text
    customer = await a_customer(stocked)
    await sell(stocked, customer, Item(lesson_id=await a_lesson(stocked)), code="spring-20")
    shown = (await browser.get(address)).text
    assert "1 из 5" in shown
    assert "Анна &lt;Ан&gt;" in shown
    assert "80 звёзд" in shown
    assert 'name="kept_day" value="2030-12-31"' in shown
    again = {"code": "SPRING-20", "discount_percent": "", "discount_amount": "7", "max_uses": "1"}
    await browser.post(address, data={**again, "kept_day": "2030-12-31", "last_day": "2030-12-31"})
    changed = await stocked.shop_queries().code(key)
    assert (changed.discount_amount, changed.discount_percent, changed.is_active) == (7, 0, False)
    assert changed.expires_at == code.expires_at
    assert "Выключен" in (await browser.get(f"{SHOP}/promo-codes")).text
    taken = await browser.post(f"{SHOP}/promo-codes/new", data={"code": "SPRING-20"})
    assert taken.status_code == 409
    await browser.post(f"{address}/delete")
    assert (await browser.get(address)).status_code == 404


async def test_a_ticket_is_answered_and_closed(browser: httpx.AsyncClient, stocked: Container) -> None:
    customer = await a_customer(stocked)
    ticket = await stocked.create_ticket()(customer, "Не играет", "Видео\n<b>чёрное</b>")
    assert "Не играет" in (await browser.get(f"{SHOP}/tickets")).text
    address = f"{SHOP}/tickets/{ticket.id}"
    assert "&lt;b&gt;чёрное&lt;/b&gt;" in (await browser.get(address)).text
    for close, is_kept in (({}, False), ({"close": "on"}, True)):
        refused = (await browser.post(address, data={"admin_response": " ", **close})).text
        assert 'id="fault-admin_response"' in refused
        assert ('name="close" checked' in refused) is is_kept
    done = await browser.post(address, data={"admin_response": "Обновите плеер", "close": "on"})
    assert done.headers["location"] == f"{address}?done=answered"
    shown = (await browser.get(address)).text
    assert "Обновите плеер" in shown
    assert "Решено" in shown
    await browser.post(f"{address}/status", data={"how": "opened"})
    await stocked.add_to_ticket()(ticket.id, "Не помогло", of=customer)
    await browser.post(address, data={"admin_response": "Тогда переустановите", "close": "on"})
    thread = (await browser.get(address)).text
    words = ("Видео", "Обновите плеер", "Не помогло", "Тогда переустановите")
    assert [words[0] in thread, *sorted(words[1:], key=thread.index)] == [True, *words[1:]]
    latest = (await browser.get(f"{address}?size=2")).text
    assert "Не помогло" in latest
    assert "Обновите плеер" not in latest
    assert f'href="{address}?page=2"' in latest
    sent = [each for each in await stocked.jobs().listed() if each.kind == "send_telegram_message"]
    assert [each.arguments["chat_id"] for each in sent] == [777, 777]
    assert "Не играет" not in (await browser.get(f"{SHOP}/tickets")).text
    assert "Не играет" in (await browser.get(f"{SHOP}/tickets?status=any")).text
    assert "Не играет" in (await browser.get(f"{SHOP}/tickets?user_id={customer}")).text
    await browser.post(f"{address}/status", data={"how": "opened"})
    assert (await stocked.shop_queries().ticket(ticket.id)).status == "in_progress"
    await browser.post(f"{address}/status", data={"how": "closed"})
    assert (await stocked.shop_queries().ticket(ticket.id)).status == "closed"


@on_sqlite
async def test_pages_of_the_shop_take_few_statements_however_much_there_is(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    stocked.caller_cache.override(MemoryCallerCache())
    await stocked.edit_promo_codes().add({**CODE, "code": "HALF"})
    [code], _ = await stocked.shop_queries().codes(limit=1, offset=0)
    pages = (
        ("", 3),
        ("/purchases", 5),
        ("/lessons", 2),
        ("/courses", 3),
        ("/customers", 2),
        ("/customers/{customer}", 10),
        ("/promo-codes", 2),
        (f"/promo-codes/{code.id}", 6),
        ("/tickets?status=any", 3),
        ("/messages", 3),
        ("/messages/{message}", 6),
    )
    numbers = []
    for size in (1, 8):
        customer = await a_customer(stocked, 1000 + size)
        lessons = [await a_lesson(stocked, f"{size}-{number}") for number in range(size)]
        await stocked.edit_products().add_course(
            {"title": "К", "description": "", "total_price": 9, "discount_price": None, "is_active": True}, lessons
        )
        for lesson in lessons:
            await sell(stocked, customer, Item(lesson_id=lesson), code="HALF")
            await stocked.create_ticket()(customer, "x", "y")
            await stocked.write_message()("x", Audience.ALL)
        message = (await stocked.customer_message_queries().listed(limit=1, offset=0))[0][0][0].id
        await stocked.send_message_to_customers()(message)
        taken = {}
        for path, _ in pages:
            address = f"{SHOP}{path.format(customer=customer, message=message)}"
            await browser.get(address)
            with counted(stocked) as statements:
                assert (await browser.get(address)).status_code == 200
            taken[path] = len(statements)
        numbers.append(taken)
    assert numbers[0] == numbers[1]
    assert all(numbers[0][path] <= most for path, most in pages), numbers


async def test_a_message_is_written_seen_and_sent_once(browser: httpx.AsyncClient, stocked: Container) -> None:
    assert "Рассылок пока нет" in (await browser.get(f"{SHOP}/messages")).text
    lesson = await a_lesson(stocked)
    anna, _ = await a_customer(stocked), await a_customer(stocked, 778, first_name="Борис")
    await sell(stocked, anna, Item(lesson_id=lesson))
    refused = await browser.post(f"{SHOP}/messages/new", data={"text": " ", "audience": "buyers", "item": ""})
    assert refused.status_code == 400
    assert 'id="fault-text"' in refused.text
    refused = await browser.post(f"{SHOP}/messages/new", data={"text": "x", "audience": "buyers", "item": ""})
    assert 'id="fault-lesson_id"' in refused.text
    form = {"text": "Скидки\r\n<всем>", "audience": "buyers", "item": f"lesson-{lesson}"}
    made = await browser.post(f"{SHOP}/messages/new", data=form)
    address = made.headers["location"]
    draft = (await browser.get(address)).text
    assert "Скидки\n&lt;всем&gt;" in draft
    assert "Его получит 1 покупатель." in draft
    assert "Насосы" in draft
    assert not [each for each in await stocked.jobs().listed() if each.kind == "send_shop_message"]
    sent = await browser.post(f"{address}/send")
    assert sent.headers["location"] == f"{address}?done=sent"
    assert (await browser.post(f"{address}/send")).status_code == 409
    going = (await browser.get(f"{address}?status=sent")).text
    assert f'hx-get="{address}?status=sent&amp;page=1" hx-trigger="every 5s"' in going.replace("&page", "&amp;page")
    for part in re.search(r'hx-select-oob="([^"]+)"', going)[1].split(","):  # type: ignore[index]
        assert f'id="{part[1:]}"' in going
    await stocked.jobs().run(stocked.work(), until_idle=True)
    assert stocked.telegram().sent == [(777, "Скидки\n<всем>")]
    over = (await browser.get(f"{address}?status=sent")).text
    assert "Анна &lt;Ан&gt;" in over
    assert "every 5s" not in over
    assert "1 из 1" in (await browser.get(f"{SHOP}/messages")).text


async def test_a_draft_is_given_up(browser: httpx.AsyncClient, stocked: Container) -> None:
    await a_customer(stocked)
    form = {"text": "x", "audience": "all", "item": "lesson-7"}
    address = (await browser.post(f"{SHOP}/messages/new", data=form)).headers["location"]
    done = await browser.post(f"{address}/cancel")
    assert "Отменено" in (await browser.get(done.headers["location"])).text
    assert (await browser.post(f"{address}/cancel")).status_code == 409
    assert (await browser.post(f"{address}/send")).status_code == 409
    assert (await browser.get(f"{SHOP}/messages/999999")).status_code == 404


async def test_support_sees_tickets_and_their_customers_alone(browser: httpx.AsyncClient, stocked: Container) -> None:
    customer = await a_customer(stocked)
    ticket = await stocked.create_ticket()(customer, "Не играет", "Видео")
    helper = another(browser)
    await enter(helper, stocked, "helper", role=Role.SUPPORT)
    shown = (await helper.get(f"{SHOP}/tickets/{ticket.id}")).text
    assert f'href="{SHOP}/tickets"' in shown
    assert f'href="{SHOP}"' not in shown
    one = await helper.get(f"{SHOP}/customers/{customer}")
    assert "Не играет" in one.text
    assert "Заблокировать" not in one.text
    assert f"{SHOP}/purchases" not in one.text
    for path in ("", "/purchases", "/lessons", "/customers", "/promo-codes", "/messages"):
        assert (await helper.get(f"{SHOP}{path}")).status_code == 403, path
