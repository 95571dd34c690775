"""People, and the one who is asking."""
