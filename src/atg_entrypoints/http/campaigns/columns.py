"""Names of the columns of files, which English readers see as the API names them."""

from atg_core.words import phrase

COLUMNS = frozenset(
    {
        phrase("id"),
        phrase("email"),
        phrase("is_verified"),
        phrase("verified_at"),
        phrase("created_at"),
        phrase("total_score"),
        phrase("metadata"),
        phrase("campaign"),
        phrase("participant_id"),
        phrase("last_seen"),
        phrase("score"),
        phrase("pending_email"),
        phrase("is_active"),
        phrase("session_id"),
        phrase("asset_id"),
        phrase("asset_slug"),
        phrase("viewed_at"),
        phrase("times_viewed"),
        phrase("points"),
        phrase("event_type"),
        phrase("timestamp"),
        phrase("raw_payload"),
        phrase("code"),
        phrase("issued_at"),
        phrase("sent_at"),
        phrase("used_at"),
        phrase("checked_at"),
        phrase("meta"),
        phrase("day"),
        phrase("views"),
        phrase("sessions"),
        phrase("viewed_sessions"),
        phrase("completed_sessions"),
        phrase("participants"),
        phrase("promo_codes_sent"),
        phrase("promo_codes_used"),
    }
)
