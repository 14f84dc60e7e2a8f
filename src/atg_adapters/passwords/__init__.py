"""Password hashes and password strength."""
