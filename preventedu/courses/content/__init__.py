"""Content files become checked, compiled modules; nothing here knows Flask or SQL."""
