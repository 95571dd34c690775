"""Open311 GeoReport v2: how other systems read a town's requests, and report to it."""
