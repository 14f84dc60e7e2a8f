"""MIME messages (RFC 5322)."""
