"""The few web pages. They need no JavaScript and no cookie, and set none."""
