"""What Datasette loads from ``--plugins-dir``: the hooks of the archive's face."""

from archive.publish.plugin import (
    asgi_wrapper,
    canned_queries,
    extra_template_vars,
    get_metadata,
    handle_exception,
    prepare_connection,
    register_routes,
    render_cell,
    startup,
)

__all__ = [
    "asgi_wrapper",
    "canned_queries",
    "extra_template_vars",
    "get_metadata",
    "handle_exception",
    "prepare_connection",
    "register_routes",
    "render_cell",
    "startup",
]
