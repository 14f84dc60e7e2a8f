"""The console in a real browser, over a running server with the demo's data."""
