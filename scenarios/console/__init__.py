"""What a user sees in a terminal, under pexpect."""

from __future__ import annotations
