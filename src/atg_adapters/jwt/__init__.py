"""Access, refresh and customer tokens (RFC 7519)."""
