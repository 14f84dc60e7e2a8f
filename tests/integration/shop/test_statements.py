"""How many statements requests of the shop cost."""

import httpx

from atg_core.identity.model import Role
from atg_core.shop.model import Item
from atg_entrypoints.container import Container
from tests.people import sign_in
from tests.statements import counted


async def test_the_shop_takes_few_statements_however_much_there_is(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    products = remembering.edit_products()
    lesson = {"description": "", "is_active": True, "is_free": False, "video_path": None, "text_content": "x"}
    lessons = [(await products.add_lesson({**lesson, "title": str(each), "price": each + 1})).id for each in range(10)]
    course = {"description": "", "total_price": 10, "discount_price": None, "is_active": True}
    courses = [(await products.add_course({**course, "title": str(each)}, lessons)).id for each in range(5)]
    customer, _ = await remembering.edit_customers().register(777, {"first_name": "x"})
    for number in lessons[:5]:
        item = Item(lesson_id=number)
        purchase, _ = await remembering.create_purchase()(customer.id, item, f"pay-{number}")
        ticket = await remembering.create_ticket()(customer.id, "x", "y")
    token = remembering.customer_tokens().token(customer.id, remembering.clock()())
    mine = {"Authorization": f"Bearer {token}"}
    for path, most in (
        ("/api/lessons", 3),
        (f"/api/lessons/{lessons[0]}", 2),
        ("/api/courses", 3),
        (f"/api/courses/{courses[0]}", 3),
        (f"/api/users/{customer.id}", 1),
        (f"/api/users/{customer.id}/purchases", 3),
        (f"/api/users/{customer.id}/access?lesson_id={lessons[0]}", 3),
        ("/api/support-tickets", 2),
        (f"/api/support-tickets/{ticket.id}/messages", 3),
    ):
        with counted(remembering) as statements:
            assert (await client.get(path, headers=mine)).status_code == 200
        asked = [statement for statement in statements if "shop_customers.is_active" in str(statement)]
        assert 1 <= len(statements) - len(asked[:1]) <= most, path
        assert asked, "whether the customer was deactivated"
    with counted(remembering) as statements:
        assert await remembering.pre_checkout()(purchase.id, purchase.amount, 777) is None
    assert len(statements) == 1
    await sign_in(client, remembering, role=Role.ADMIN)
    await client.get("/auth/me")
    for path in ("/api/users", "/api/promo-codes", "/api/purchases", "/api/purchases/by-item"):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) == 2, path
