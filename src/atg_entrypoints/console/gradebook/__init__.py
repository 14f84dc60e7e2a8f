"""Pages of the gradebook."""
