"""Pages of homework: what a teacher sets and marks, and what a student hands in."""
