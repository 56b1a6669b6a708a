"""report.html while a run goes: renewed now and then, so that a kill leaves it readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drive.clock import now_s

if TYPE_CHECKING:
    from conformance.report.files import RunFiles
    from conformance.report.verdict_file import VerdictFile

#: So seldom, in seconds, that making the page (a tenth of a second) costs next to nothing.
_EVERY_S = 5.0


class Pages:
    """Renews the page of a run that goes on.

    Args:
        files: of the run.
    """

    def __init__(self, files: RunFiles) -> None:
        self._files = files
        self._next_s = now_s()

    def renew(self, file: VerdictFile) -> None:
        """Renew the page if it is time to.

        Args:
            file: the run as it was written.
        """
        if now_s() >= self._next_s:
            self._files.write_page(file)
            self._next_s = now_s() + _EVERY_S
