"""Email templates with Jinja."""
