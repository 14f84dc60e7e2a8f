"""Redis: client, caller cache and rate limits."""
