"""Starting lessons."""
