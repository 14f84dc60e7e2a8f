"""The conference provider for rooms on this server."""
