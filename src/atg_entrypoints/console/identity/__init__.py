"""Signing in and out, and how the console looks for who is there."""
