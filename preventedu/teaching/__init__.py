"""The teacher's and the family's pages.

Teachers see who has started and finished and whether each grade arrived, with names
read live from the platform and kept nowhere. Families see what is taught, how to look
at it and how to say no, and nothing about any child.
"""
