"""Connecting an LMS: a link for its administrator, Canvas JSON, or by hand."""
