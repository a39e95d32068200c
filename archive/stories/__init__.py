"""Copies of a story: found, grouped, and told apart from what is merely alike."""
