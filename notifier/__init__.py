"""Who is told what, why and when, and getting it out of the door."""
