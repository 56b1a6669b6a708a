"""What the suite costs against the same work without it, and what it would have caught."""

from __future__ import annotations
