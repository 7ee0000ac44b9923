"""What the kernel knows of a connection, and the knobs it gives; each knob may be missing.

Where one is missing the line works as well as plain TCP does.

Source: Linux `include/uapi/linux/tcp.h` (`struct tcp_info`, options), tcp(7), socket(7).
"""

from __future__ import annotations

import contextlib
import socket
import struct
from dataclasses import dataclass

_SO_MAX_PACING_RATE = 47
_TCP_INFO = 11
_TCP_NOTSENT_LOWAT = 25
_TCP_RTO_MAX_MS = 44
_INFO_BYTES = 232
_INFO = struct.Struct("=4xB19xIIII28xI48xQ16xII40xI12xQ")
"""backoff, unacked, sacked, lost, retrans, rtt, bytes_acked, notsent_bytes, min_rtt, delivered, bytes_retrans"""

PATIENCE_MS = 30_000
"""How long sent bytes may stay without an answer before the kernel gives a connection up."""
PROBE_EVERY_MS = 1_000
"""How far the kernel's own probing of a silent line may slow down (since Linux 6.15)."""
PACE_MIN = 4_096
_KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4}


@dataclass(frozen=True, slots=True)
class Sample:
    """A connection at one moment.

    The round trip in seconds; packets without an answer in order, packets in the line (without those
    that arrived out of order or are taken for lost), packets delivered; bytes acknowledged in order, bytes
    that still wait in this machine, bytes that were sent again; how often probing slowed down.
    """

    rtt: float
    unacked: int
    under_way: int
    delivered: int
    acked: int
    unsent: int
    again: int
    backoff: int


def _set(sock: socket.socket, level: int, option: int, value: int) -> None:
    with contextlib.suppress(OSError):  # an older kernel, or another one
        sock.setsockopt(level, option, value)


def prepare(sock: socket.socket, *, unsent_bytes: int) -> None:
    """Small own queue, quick probing after a cut, no waiting to fill packets."""
    sock.settimeout(0)
    _set(sock, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _set(sock, socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, unsent_bytes)
    _set(sock, socket.IPPROTO_TCP, _TCP_RTO_MAX_MS, PROBE_EVERY_MS)
    _set(sock, socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PATIENCE_MS)
    _set(sock, socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE.items():
        _set(sock, socket.IPPROTO_TCP, getattr(socket, option), value)


def pace(sock: socket.socket, bytes_per_second: float) -> None:
    """At most so many bytes a second; the kernel spreads them evenly."""
    _set(sock, socket.SOL_SOCKET, _SO_MAX_PACING_RATE, max(PACE_MIN, int(bytes_per_second)))


def sample(sock: socket.socket) -> Sample | None:
    """What the kernel knows now; None where it does not tell, or the connection is gone."""
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _INFO_BYTES)
        backoff, unacked, sacked, lost, resent, rtt, acked, unsent, _, delivered, again = (
            _INFO.unpack_from(info)
        )
    except (OSError, struct.error):
        return None
    return Sample(
        rtt=rtt / 1e6,
        unacked=unacked,
        under_way=max(0, unacked - sacked - lost + resent),
        delivered=delivered,
        acked=acked,
        unsent=unsent,
        again=again,
        backoff=backoff,
    )
