"""The shop: its staff are administrators and services; a customer has a token that is good for nothing else."""

from tests.authorisation.callers import admin, buyer, everyone, service, staff
from tests.authorisation.row import row

GOODS = (
    row("GET /api/lessons", everyone(200)),
    row("GET /api/lessons/{bought}", everyone(200)),
    row("GET /api/lessons/{unsold}", everyone(404, admin=200)),
    row("POST /api/lessons", admin(201), {"title": "x", "price": 1}),
    row("PUT /api/lessons/{bought}", admin(200), {"price": 1}),
    row("DELETE /api/lessons/{bought}", admin(204)),
    row("GET /api/courses", everyone(200)),
    row("GET /api/courses/{bundle}", everyone(200)),
    row("POST /api/courses", admin(201), {"title": "x", "total_price": 1}),
    row("PUT /api/courses/{bundle}", admin(200), {"total_price": 1}),
    row("DELETE /api/courses/{bundle}", admin(204)),
    row("GET /api/promo-codes", admin(200)),
    row("POST /api/promo-codes", admin(201), {"code": "NEW"}),
    row("GET /api/promo-codes/{promo_code}", admin(200)),
    row("PUT /api/promo-codes/{promo_code}", admin(200), {"discount_percent": 100}),
    row("DELETE /api/promo-codes/{promo_code}", admin(204)),
    row("POST /api/promo-codes/check", staff(200), {"code": "TEN", "lesson_id": "{for_sale}"}),
)
CUSTOMERS = (
    row("GET /api/users", staff(200)),
    row("POST /api/users", staff(201), {"telegram_id": 779, "first_name": "x"}),
    row("GET /api/users/{customer}", buyer(200)),
    row("PUT /api/users/{customer}", buyer(200), {"first_name": "y"}),
    row("PUT /api/users/{customer}", buyer(200, customer=403), {"is_active": False}),
    row("GET /api/users/{customer}/purchases", buyer(200)),
    row("GET /api/users/{customer}/access?lesson_id={bought}", buyer(200)),
    row("GET /api/support-tickets", buyer(200, shopper=200)),
    row("POST /api/support-tickets", buyer(201), {"user_id": "{customer}", "subject": "x", "message": "x"}),
    row("GET /api/support-tickets/{ticket}", buyer(200)),
    row("PUT /api/support-tickets/{ticket}", staff(200), {"admin_response": "x"}),
)
_BOUGHT = {"user_id": "{customer}", "lesson_id": "{for_sale}", "payment_id": "new"}
_PAID = {"telegram_payment_charge_id": "charge", "total_amount": 100}
_TELEGRAM = {"x-telegram-bot-api-secret-token": "{telegram_secret}"}
PURCHASES = (
    row("GET /api/purchases", admin(200)),
    row("GET /api/purchases.csv", admin(200)),
    row("GET /api/purchases.xlsx", admin(200)),
    row("GET /api/purchases/by-item", admin(200)),
    row("GET /api/purchases/by-item.csv", admin(200)),
    row("GET /api/purchases/by-item.xlsx", admin(200)),
    row("GET /api/purchases/by-day", admin(200)),
    row("GET /api/purchases/by-day.csv", admin(200)),
    row("GET /api/purchases/by-day.xlsx", admin(200)),
    row("POST /api/purchases/create", staff(201), _BOUGHT),
    row("POST /api/purchases/{pending}/pre-checkout", service(200)),
    row("POST /api/purchases/{pending}/complete", service(200), _PAID),
    row("POST /api/purchases/{pending}/fail", staff(200)),
    row("POST /api/purchases/{paid}/refund", staff(200)),
    row("POST /webhooks/telegram", everyone(200), "{update}", headers=_TELEGRAM),
    row("POST /webhooks/telegram", everyone(401), "{update}"),
)
SHOP = GOODS + CUSTOMERS + PURCHASES
