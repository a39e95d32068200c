"""Is everything that the archive keeps whole, and does every row say what its record says?"""
