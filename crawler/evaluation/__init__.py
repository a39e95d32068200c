"""Extraction measured against known readings."""
