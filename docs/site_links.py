"""A hook of MkDocs: pages are written for the repository, and read on a site, too.

Links to files outside docs/ become plain text, if the file exists: a site does not have it.
The name of the file that a fenced block is becomes a line above it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

_DOCS = Path(__file__).resolve().parent
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#:]+)(?:#[^)]*)?\)")
_TITLED = re.compile(r'^```(\w+) title="(.*?)"$', re.MULTILINE)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Make a page of the repository one of the site.

    Args:
        markdown: its text.
        page: what MkDocs knows of it.
        **_: the rest of what MkDocs tells.

    Returns:
        The text for the site.
    """
    return for_site(markdown, str(page.file.src_uri))


def for_site(markdown: str, name: str) -> str:
    """Make a page of the repository one of the site.

    Args:
        markdown: its text.
        name: its path below docs/.

    Returns:
        The text for the site.
    """
    place = (_DOCS / name).parent

    def without_link(found: re.Match[str]) -> str:
        target = Path(os.path.normpath(place / found[2]))
        is_outside = not target.is_relative_to(_DOCS) and target.exists()
        return found[1] if is_outside or target.is_dir() else found[0]

    return _TITLED.sub(r"`\2`:\n\n```\1", _LINK.sub(without_link, markdown))
