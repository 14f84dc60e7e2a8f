"""Media type detection."""
