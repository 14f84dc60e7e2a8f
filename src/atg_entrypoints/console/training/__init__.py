"""Pages of the training department, and of managers about their people."""
