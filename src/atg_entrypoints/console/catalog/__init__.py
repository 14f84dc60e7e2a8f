"""Pages of who writes the catalog: courses with their programs, topics, files and tests, and stations."""
