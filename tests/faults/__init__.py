"""Faults under load: what was acknowledged is stored, nothing is done twice, and only what is away is refused."""
