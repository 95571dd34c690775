"""Comments on requests."""
