"""Pages of the gradebook: the journal of a group, control points, grades and progress."""
