"""Argon2, with a bound on how many checks run at once.

Django's parameters ask for 100 MiB and about half a second of two cores a check (measured 562 ms).
Two hundred clerks who sign in at nine would ask for 20 GB; with the bound of two they wait in line,
the memory stays at 200 MiB, and the rest of the office keeps working.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from sangbong.kernel.errors import SangbongError

WAIT_SECONDS = 30.0
_turn = threading.BoundedSemaphore(settings.OFFICE.argon2_at_once)


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _turn.acquire(timeout=WAIT_SECONDS):
        raise SangbongError("web.sign_in_busy")
    try:
        yield
    finally:
        _turn.release()


class BoundedArgon2PasswordHasher(Argon2PasswordHasher):
    """At most `argon2_at_once` checks (a setting, 2 unless told) run in this process."""

    def encode(self, password: str, salt: str) -> str:
        """Hash a password.

        Raises:
            SangbongError: `web.sign_in_busy`; nobody's turn came within 30 seconds.
        """
        with _one_of_few():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password with its hash.

        Raises:
            SangbongError: `web.sign_in_busy`; nobody's turn came within 30 seconds.
        """
        with _one_of_few():
            return super().verify(password, encoded)
