"""The command line: the same use cases and ports as the HTTP API, wired by the same container."""
