"""All ports in memory: for tests and demos; nothing outlives the process."""
