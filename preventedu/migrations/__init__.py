"""Alembic migrations, named by date; run by `preventedu db upgrade`."""
