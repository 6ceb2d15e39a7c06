"""What a person enters in forms, by the same rules as the import file.

An entry is put among what stands in its award already, and the whole is checked and
written as if it had come from a file, so that form and file can never disagree.
"""
