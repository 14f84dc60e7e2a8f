"""Learning: enrollments, progress, test attempts, completion, certificates, assignments and reports."""
