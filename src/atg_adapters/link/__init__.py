"""The conference provider `link`: rooms with a fixed address."""
