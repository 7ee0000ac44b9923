"""Signals of live rooms: checked, let through by the gate, handed to whoever sits; never stored."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.line import desk
from sangbong.liaison.core.wire import signal as signals
from sangbong.liaison.core.wire.signal import Gate, Signal
from sangbong.liaison.operations.channel import bare_channel

Listener = Callable[[Signal], None]


class Switchboard:
    """Which sittings of this process listen, and the gate of each; nothing of it outlives it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[str, Listener] = {}
        self._gates: dict[tuple[OfficeCode, str], Gate] = {}

    def listen(self, sitting: str, listener: Listener) -> None:
        """Hand the signals of a sitting to this listener from now on."""
        with self._lock:
            self._listeners[sitting] = listener

    def leave(self, sitting: str) -> None:
        """Nobody listens for this sitting any more."""
        with self._lock:
            self._listeners.pop(sitting, None)
            self._gates = {key: gate for key, gate in self._gates.items() if key[1] != sitting}

    def hand_on(self, signal: Signal, *, now: datetime) -> bool:
        """Let a checked signal through to its listener; whether there was one."""
        header = signal.header
        with self._lock:
            listener = self._listeners.get(header.sitting)
            if listener is None:
                return False
            key = (header.sender, header.sitting)
            gate = self._gates.get(key, Gate())
            self._gates[key] = signals.let_through(gate, counter=header.counter, now=now)
        listener(signal)
        return True


SWITCHBOARD = Switchboard()


def take_signal(*, now: datetime, frame: bytes) -> bool:
    """Check a signal and hand it to whoever sits; whether anybody does: rules G1 to G7.

    Raises:
        SangbongError: as `read_signal`, `liaison.other_recipient`, `liaison.signature_wrong`,
            `liaison.signal_repeated`, `liaison.signal_too_many`, or as the keys'; it is dropped.
    """
    channel = bare_channel(now=now)
    signal = signals.read_signal(frame)
    signals.check_addressed(signal, own=channel.own)
    header = signal.header
    verifier = channel.keys.to_verify(header.sender, header.signer)
    signals.check_signed(signal, verifier=verifier)
    return SWITCHBOARD.hand_on(signal, now=now)


def send_signal(
    *, now: datetime, recipient: OfficeCode, sitting: str, counter: int, payload: bytes
) -> None:
    """Sign a signal and give it to the carrier; without a line at this moment it is lost: rule G7.

    `counter` grows by one with each signal that we send for this sitting.

    Raises:
        SangbongError: `liaison.too_large`, the caller's fault.
    """
    channel = bare_channel(now=now)
    signing = channel.keys.to_sign(recipient)
    header = signals.SignalHeader(
        sender=channel.own,
        recipient=recipient,
        sitting=sitting,
        counter=counter,
        signer=signing.generation,
    )
    frame = signals.write_signal(header, payload, signer=signing.signer)
    desk.send_signal(Path(settings.OFFICE_HOME), recipient, frame)
