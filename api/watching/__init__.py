"""Following and muting requests."""
