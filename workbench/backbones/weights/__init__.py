"""Finding, reading and fitting weights files. The registry imports nothing inside this package."""
