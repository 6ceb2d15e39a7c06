"""A small LMS."""
