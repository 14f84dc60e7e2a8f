"""Background jobs: model, and the port of the job queue."""
