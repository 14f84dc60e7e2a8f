"""What a learner does: courses with their player, the catalog, stations, tests and certificates."""
