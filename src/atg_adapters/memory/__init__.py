"""Every port in the process's own memory: for fast tests and for trying things out; nothing outlives the process."""
