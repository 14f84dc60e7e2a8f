"""The shop: its staff are administrators and services; a customer has a token that is good for nothing else."""

from tests.authorisation.callers import buyer, everyone, helped, only, seller, service, shop
from tests.authorisation.row import row

GOODS = (
    row("GET /api/lessons", everyone(200)),
    row("GET /api/lessons/{bought}", everyone(200)),
    row("GET /api/lessons/{unsold}", everyone(404, admin=200, shop=200)),
    row("POST /api/lessons", shop(201), {"title": "x", "price": 1}),
    row("PUT /api/lessons/{bought}", shop(200), {"price": 1}),
    row("DELETE /api/lessons/{bought}", shop(204)),
    row("GET /api/courses", everyone(200)),
    row("GET /api/courses/{bundle}", everyone(200)),
    row("POST /api/courses", shop(201), {"title": "x", "total_price": 1}),
    row("PUT /api/courses/{bundle}", shop(200), {"total_price": 1}),
    row("DELETE /api/courses/{bundle}", shop(204)),
    row("GET /api/promo-codes", shop(200)),
    row("POST /api/promo-codes", shop(201), {"code": "NEW"}),
    row("GET /api/promo-codes/{promo_code}", shop(200)),
    row("PUT /api/promo-codes/{promo_code}", shop(200), {"discount_percent": 100}),
    row("DELETE /api/promo-codes/{promo_code}", shop(204)),
    row("POST /api/promo-codes/check", seller(200), {"code": "TEN", "lesson_id": "{for_sale}"}),
)
CUSTOMERS = (
    row("GET /api/users", seller(200)),
    row("POST /api/users", seller(201), {"telegram_id": 779, "first_name": "x"}),
    row("GET /api/users/{customer}", helped(200)),
    row("PUT /api/users/{customer}", buyer(200), {"first_name": "y"}),
    row("PUT /api/users/{customer}", buyer(200, customer=403), {"is_active": False}),
    row("GET /api/users/{customer}/purchases", helped(200)),
    row("GET /api/users/{customer}/access?lesson_id={bought}", helped(200)),
    row("GET /api/support-tickets", helped(200, shopper=200)),
    row("POST /api/support-tickets", helped(201), {"user_id": "{customer}", "subject": "x", "message": "x"}),
    row("GET /api/support-tickets/{ticket}", helped(200)),
    row("GET /api/support-tickets/{ticket}/messages", helped(200)),
    row("POST /api/support-tickets/{ticket}/messages", helped(201), {"text": "x"}),
    row(
        "PUT /api/support-tickets/{ticket}",
        only("shop", "support", "admin", "service", status=200),
        {"admin_response": "x"},
    ),
)
_BOUGHT = {"user_id": "{customer}", "lesson_id": "{for_sale}", "payment_id": "new"}
_PAID = {"telegram_payment_charge_id": "charge", "total_amount": 100}
_TELEGRAM = {"x-telegram-bot-api-secret-token": "{telegram_secret}"}
PURCHASES = (
    row("GET /api/purchases", shop(200)),
    row("GET /api/purchases.csv", shop(200)),
    row("GET /api/purchases.xlsx", shop(200)),
    row("GET /api/purchases/by-item", shop(200)),
    row("GET /api/purchases/by-item.csv", shop(200)),
    row("GET /api/purchases/by-item.xlsx", shop(200)),
    row("GET /api/purchases/by-day", shop(200)),
    row("GET /api/purchases/by-day.csv", shop(200)),
    row("GET /api/purchases/by-day.xlsx", shop(200)),
    row("POST /api/purchases/create", seller(201), _BOUGHT),
    row("POST /api/purchases/{pending}/pre-checkout", service(200)),
    row("POST /api/purchases/{pending}/complete", service(200), _PAID),
    row("POST /api/purchases/{pending}/fail", seller(200)),
    row("POST /api/purchases/{paid}/refund", seller(200)),
    row("POST /webhooks/telegram", everyone(200), "{update}", headers=_TELEGRAM),
    row("POST /webhooks/telegram", everyone(401), "{update}"),
)
MESSAGES = (
    row("GET /admin/shop/messages", shop(200)),
    row("POST /admin/shop/messages", shop(201), {"text": "x"}),
    row("GET /admin/shop/messages/{message}", shop(200)),
    row("GET /admin/shop/messages/{message}/recipients", shop(200)),
    row("POST /admin/shop/messages/{message}/send", shop(200)),
    row("POST /admin/shop/messages/{message}/cancel", shop(200)),
)
SHOP = GOODS + CUSTOMERS + PURCHASES + MESSAGES
