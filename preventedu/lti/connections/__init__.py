"""School IT's pages: whose each connection is, what it does, and whether it works."""
