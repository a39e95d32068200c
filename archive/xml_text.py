"""Text that is to stand in XML."""

from __future__ import annotations

import re

FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that XML 1.0 cannot hold: https://www.w3.org/TR/xml/#charsets."""
