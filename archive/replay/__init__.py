"""The page as captured: a replay without scripts, from the archive's own WARC files.

It runs on an origin of its own (another port than the site that links to it), because what it
shows was written by strangers.
"""
