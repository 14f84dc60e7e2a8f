"""iCalendar feeds and recurrence rules (RFC 5545)."""
