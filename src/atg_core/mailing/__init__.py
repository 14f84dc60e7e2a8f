"""Email: addresses, messages, and the ports of mailer and templates."""
