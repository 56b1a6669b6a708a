"""All faults, in the order of a daemon's life, and the fakes that have none like them here."""

from __future__ import annotations

from fake_daemons.chaos import at_start, at_accept, in_worker, in_daemon  # isort: skip
from fake_daemons.chaos.misdeed import OFFERED, Misdeed

_MODULES = (at_start, at_accept, in_worker, in_daemon)

#: Name → fault.
MENU: dict[str, Misdeed] = {
    name: misdeed
    for module in _MODULES
    for name, misdeed in OFFERED.items()
    if misdeed.act.__module__ == module.__name__
}

#: Fake → why it is not offered around a real daemon.
LEFT_OUT = {
    "fork_bomb": "only the host would notice: Spark does not count processes",
    "simple_connects_late": "a simple worker has no daemon",
    "simple_half_secret": "a simple worker has no daemon",
    "simple_negative_pid": "a simple worker has no daemon",
    "simple_never_connects": "a simple worker has no daemon",
    "simple_no_pid": "a simple worker has no daemon",
    "simple_well_behaved": "a simple worker has no daemon",
    "simple_wrong_secret": "a simple worker has no daemon",
}
