"""The top: the command line, the wiring, everything in one process, importing, and the demo town."""
