"""Encryption of credentials (Fernet)."""
