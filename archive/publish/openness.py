"""Whether everyone may see an archive, asked as a stranger would ask."""

from __future__ import annotations

import asyncio

from datasette.app import Datasette

from archive.publish.snapshot import archive_database

_SHOWN = ("captures", "articles")
"""Tables whose content the pages as captured are."""


def open_to_all(face: Datasette) -> bool:
    """Whether someone who has not signed in sees the archive, its captures and its articles.

    Asks the face itself, so that whatever closes it counts: ``allow`` in the metadata at any
    level, or a plugin. The face is closed afterwards: give it one made for the question. Not to
    be called from within a running event loop.
    """
    try:
        return asyncio.run(_asked(face))
    finally:
        for database in face.databases.values():
            database.close()
        if face.executor is not None:
            face.executor.shutdown()


async def _asked(face: Datasette) -> bool:
    await face.invoke_startup()
    name = archive_database(face).name
    questions = [("view-instance", None), ("view-database", name)]
    questions += [("view-table", (name, table)) for table in _SHOWN]
    for action, resource in questions:
        if not await face.permission_allowed(None, action, resource=resource, default=True):
            return False
    # A plugin may stand before all pages. This one reads nothing and is there for everyone.
    return bool((await face.client.get("/robots.txt")).status_code == 200)
