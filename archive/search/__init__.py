"""The search box: its grammar, and the query that it becomes."""
