"""Of a course: how long its certificates are valid, and when it is due again (spec: catalog-learning, Rules)."""

MOST_MONTHS = 600
MOST_RENEW_DAYS = 3650
RENEW_DAYS = 60
"""By default."""
