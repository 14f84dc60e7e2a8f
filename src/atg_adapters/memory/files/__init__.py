"""Files: objects in a store, permissions, uploads with quotas, and signed URLs."""
