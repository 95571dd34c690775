"""Work orders: what staff are to do."""
