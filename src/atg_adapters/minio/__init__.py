"""An object store in MinIO or another S3 store."""
