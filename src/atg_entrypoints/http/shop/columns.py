"""Names of the columns of files, which English readers see as the API names them."""

from atg_core.words import phrase

COLUMNS = frozenset(
    {
        phrase("id"),
        phrase("user_id"),
        phrase("lesson_id"),
        phrase("course_id"),
        phrase("payment_id"),
        phrase("amount"),
        phrase("status"),
        phrase("promo_code"),
        phrase("telegram_payment_charge_id"),
        phrase("created_at"),
        phrase("updated_at"),
        phrase("title"),
        phrase("purchases"),
        phrase("day"),
    }
)
