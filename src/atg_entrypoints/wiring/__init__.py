"""The container, a part for each context."""
