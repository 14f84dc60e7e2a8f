"""Reports of errors to Sentry; imported only where `SENTRY_DSN` is set."""
