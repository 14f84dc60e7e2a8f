"""Why a command to Redis failed."""

AWAY, BUSY, REFUSED = REASONS = ("away", "busy", "refused")
"""It does not answer; no connection was free in time; it answers with an error."""
