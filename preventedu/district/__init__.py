"""An LEA: its schools, contacts, consent modes and duties, entered by its people."""
