"""Organizations and their categories."""
