"""How one LMS product differs from another on the wire."""
