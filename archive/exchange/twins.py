"""One exchange, kept twice: two records with ids of their own, but one address, moment and payload.

Two archives may have fetched the same old capture from a third. Its records then differ in their
ids alone, and count as one capture: the one whose id is first in the alphabet, a response before
a revisit. So the same rows are left whichever came first.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.database import transaction

SAME = ("url", "fetched_at", "payload_digest", "status")
_SAID = "outcome, article_id, content_hash"


def join_twins(db: Database) -> int:
    """Leave one row of captures that are one exchange; how many rows went.

    What the rows of articles, revisions and absences were read from becomes the one that is left.
    Only where both say the same.
    """
    same = ", ".join(SAME)
    groups = db.execute(
        f"select {same}, {_SAID} from captures where outcome is not null"
        f" group by {same}, {_SAID} having count(*) > 1"
    ).fetchall()
    gone = 0
    with transaction(db):
        for values in groups:
            matches = " and ".join(f"{name} is ?" for name in (*SAME, *_SAID.split(", ")))
            ids = [
                row[0]
                for row in db.execute(
                    f"select id from captures where {matches} order by record_type = 'revisit', id",
                    list(values),
                )
            ]
            for other in ids[1:]:
                for table in ("articles", "revisions", "unreadable"):
                    db.execute(
                        f"update {table} set capture_id = ? where capture_id = ?", [ids[0], other]
                    )
                db.execute("delete from captures where id = ?", [other])
                gone += 1
    return gone
