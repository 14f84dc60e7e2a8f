"""The ports of the core, by technology."""
