"""What a run decided, line by line, and one hash over all of it and over every plaintext.

Two runs of the same seed and commit have the same hash. Ciphertext, digests and signatures have no
part in it: with the real cryptography plugged in, the decisions are the same and those are not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

LINES_MAX = 200_000


@dataclass(slots=True)
class Trace:
    """The lines of one run; `keep` holds them for a person, the hash takes them always."""

    keep: bool = False
    lines: list[str] = field(default_factory=list)
    steps: int = 0
    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    def say(self, line: str) -> None:
        """Note one decision."""
        self.steps += 1
        self._hash.update(line.encode() + b"\n")
        if self.keep and len(self.lines) < LINES_MAX:
            self.lines.append(line)

    def plaintext(self, content: bytes) -> None:
        """Note the plaintext that went into a seal, or came out of one."""
        self._hash.update(len(content).to_bytes(8, "big") + hashlib.sha256(content).digest())

    @property
    def digest(self) -> str:
        """The hash so far."""
        return self._hash.copy().hexdigest()
