"""Out of the archive and into it: files for readers without this program, and other archives."""
