"""One verb per function. Each one locks, checks, writes and records, inside the caller's transaction or its own."""
