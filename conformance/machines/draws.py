"""What the machines draw: by the seed alone.

Hypothesis' own way mixes constants into its draws that it finds in the source of all modules
loaded so far that are not installed packages. A search would then depend on what was imported
before, and on whether the suite runs from a checkout. So the machines bring a way of drawing
of their own, a backend in Hypothesis' words, which leaves the constants out. Each example is
drawn afresh, but for the first, which is the plainest there is.
"""

from __future__ import annotations

from typing import Any

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

#: Its name among Hypothesis' backends.
BACKEND = "by-seed"


class BySeed(HypothesisProvider):
    """Draws as Hypothesis does, but nothing that depends on other modules."""

    def _maybe_draw_constant(self, *_: Any, **__: Any) -> None:
        """Have no constants."""


AVAILABLE_PROVIDERS[BACKEND] = f"{BySeed.__module__}.{BySeed.__qualname__}"
