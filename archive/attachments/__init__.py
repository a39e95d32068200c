"""Texts of the documents that articles link to."""
