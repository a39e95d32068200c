"""The tables of archive.db: columns, indices, triggers, views, and every step between versions."""
