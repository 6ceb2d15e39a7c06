"""Grown-ups who sign in without an LMS: invitation, password, session, access log."""
