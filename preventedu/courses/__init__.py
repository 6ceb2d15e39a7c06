"""What is taught and what learners did: modules, attempts, completions, opt-outs."""
