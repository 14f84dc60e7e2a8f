"""The conference provider at Zoom."""
