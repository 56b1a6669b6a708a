"""The side channel: a process tells what it sees, one line for each (docs/side-channel.md)."""

from __future__ import annotations

import os
from _blake2 import blake2b
from time import monotonic_ns

#: Bytes that a value shows as they are.
_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/:@+,-"
_ESCAPES = {byte: f"%{byte:02X}" for byte in range(256) if byte not in _PLAIN}

#: Variables of the environment that a fake reports, beside those of a probe.
_REPORTED = [
    "PYTHONPATH",
    "PYTHONUNBUFFERED",
    "PYTHON_WORKER_FACTORY_PORT",
    "SPARK_PREFER_IPV6",
    "SPARK_JOB_ARTIFACT_UUID",
    "SPARK_REUSE_WORKER",
    "PYTHON_UNIX_DOMAIN_ENABLED",
    "PYTHON_WORKER_FACTORY_SOCK_DIR",
    "PYTHON_WORKER_FACTORY_SOCK_PATH",
    "WFC_SCENARIO",
]
_PROBE = "WFC_PROBE_"


def encode(value: int | str | bytes) -> str:
    """Percent-encode a value of a sighting.

    Args:
        value: a number, a text or bytes.

    Returns:
        Text of plain bytes and `%XX`.
    """
    if isinstance(value, int):
        return str(value)
    raw = value if isinstance(value, bytes) else os.fsencode(value)
    return raw.decode("latin-1").translate(_ESCAPES)


def digest(secret: bytes) -> str:
    """Tell secrets apart without telling them.

    Args:
        secret: the bytes of a secret.

    Returns:
        16 hex digits of BLAKE2b, keyed with the token of the run.
    """
    key = os.environb.get(b"WFC_TOKEN", b"")[:64]
    return blake2b(secret, digest_size=8, key=key).hexdigest()


class Sightings:
    """The append-only file of a scenario as one process writes it; mute without a path.

    Args:
        path: the file, or empty.
        who: role of the process.
    """

    def __init__(self, path: str, who: str) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self.fd = os.open(path, flags, 0o600) if path else -1
        self.who = who
        self.seq = 0

    def reborn(self, who: str) -> None:
        """Go on in a forked process, which counts its lines from 1.

        Args:
            who: its role.
        """
        self.who, self.seq = who, 0

    def report(self, what: str, keys: dict[str, int | str | bytes]) -> None:
        """Append one line, by one write: never torn, never inverted.

        Args:
            what: name of the event.
            keys: its particulars.
        """
        if self.fd < 0:
            return
        self.seq += 1
        line = f"{monotonic_ns()} {os.getpid()} {self.seq} {self.who} {what}"
        for name, value in keys.items():
            line += f" {name}={encode(value)}"
        os.write(self.fd, line.encode() + b"\n")


def reported_environment() -> list[tuple[str, str]]:
    """Select the variables that a fake reports.

    Returns:
        Pairs of name and value, by name.
    """
    return [
        (name, value)
        for name, value in sorted(os.environ.items())
        if name in _REPORTED or name.startswith(_PROBE)
    ]
