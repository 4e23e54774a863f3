"""Vectors in files: our own folder, and other programs' formats, one a file."""
