"""One process beside that which serves: what is drawn is drawn there, by libraries that are loaded nowhere else."""
