"""Web archives as files: written, read, checked and closed after a crash; no database, no web.

``writer`` and ``file`` write, ``recovery`` closes what a crash left open; ``reader`` and
``stretches`` read records, ``check`` holds them to their digests. ``framing`` knows where records
begin and end, ``http`` and ``content`` what a message on the wire holds.
"""
