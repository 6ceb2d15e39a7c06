"""What is kept about a learner, for how long, and what a guardian can ask for."""
