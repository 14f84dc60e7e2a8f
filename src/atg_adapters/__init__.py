"""Adapters of the core's ports, by technology."""
