"""Pages of the gradebook: the journal of a group, its columns and students, control points, and a student's grades."""
