"""The main job on one machine: a practice LMS, the tool, its worker, and a tour."""
