"""The HTTP API: one of the ways into the core."""
