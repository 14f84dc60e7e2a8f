"""Metrics of a process, which Prometheus adds up over processes."""
