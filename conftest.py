"""Switch the plugin on for a checkout that is not installed."""

from __future__ import annotations

pytest_plugins = ["conformance.plugin"]
