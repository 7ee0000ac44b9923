r"""The desk: what the carrier asks of the office's process, over a Unix socket, as HTTP/1.1.

The carrier holds the TLS key and nothing else; the desk (`api/desk.py`) holds the signing and
receiving keys and the database. The socket is OFFICE_HOME/run/desk.sock (mode 600). Request and
answer in one piece each, with content-length; several requests may be under way on several
connections. JSON is canonical. CODE is an office code, DIGEST and FILM are 64 hexadecimal digits.
"Frames" are parts behind four bytes of length (`core/framing.py`). A fault is answered by
`{"code": "room.fault"}` with 400 (the asking side's), 403 (not allowed), 404 (no such thing) or 500.

    GET  /desk/counterparts
         {"certificate": path, "key": path, "code": own CODE,
          "counterparts": [{"certificate": PEM, "code": CODE, "url": "https://…" or ""}, …]}
         Only confirmed counterparts. Asked at start, every 10 seconds, and when a stranger calls.

    GET  /desk/waiting?to=CODE&after=N&limit=M
         {"items": [{"digest": DIGEST, "film": FILM or "", "id": dispatch id, "length": bytes,
          "pieces": int, "row": int, "urgent": bool}, …], "more": bool}
         Every dispatch in our custody for CODE that was not settled or receipted as *received*,
         with row > N, in order of `row` (a number that only grows: the dispatch's primary key).
         Those that were *returned* lately rest (`RETURN_REST`). The carrier asks with the last row
         after each poke, and with 0 on every new connection of the line and every 10 seconds.

    POST /desk/fetch      body: frames, each one DIGEST as ASCII; at most 256
         frames: the envelopes in the same order; an empty frame where it is no longer held.

    POST /desk/take?from=CODE     body: frames, each one envelope; at most 256 and 8 MiB together
         (one envelope may be larger and then comes alone)
         frames in the same order, each one letter and then bytes:
           R + signed receipt     *received*: everything is durable, film pieces included
           A                      the envelope is durable, its film's pieces are missing: send them
           F + signed receipt     *refused* or *returned* for good, signed
           N + code               nothing was stored and nothing is signed (ASCII error code)
         The whole batch is ONE transaction; the answer leaves after its commit. CODE is the peer
         whose pinned certificate the carrier saw.

    POST /desk/carried    body: frames, each one DIGEST: these left on the line, no answer came yet
         204

    POST /desk/handed?from=CODE   body: frames as `take` answered them at the other side, each with
         the DIGEST (64 ASCII digits) before the letter: DIGEST + letter + bytes
         204 after one transaction that believed the receipts (a receipt that is not believed is
         logged and does not hold up the others)

    GET  /desk/exchange?to=CODE   our exchange for CODE (core/exchange.py); 204 when nothing is owed
    POST /desk/exchange?from=CODE body: their exchange
         200 with our exchange in answer, after the commit, or 204 when there is nothing to say

    GET  /desk/film/FILM?from=CODE
         {"pieces": int}: a dispatch of CODE that we hold as *arriving* names this film; else 404
    POST /desk/film/FILM?from=CODE   no body: every piece is durable in the film store
         200 with frames: DIGEST + R + signed receipt of each dispatch that is *received* by this

    POST /desk/signal?from=CODE   body: one signal frame, at most 16 KiB + head; 204, never stored

How a commit is noticed: after the commit (`transaction.on_commit`) the office's process sends one
datagram to the Unix datagram socket OFFICE_HOME/run/carrier.sock, without waiting, and forgets it
when nobody listens (`poke()` below). Any process of the office may do so. The carrier also looks
for itself once a second, so a lost poke costs a second and never a dispatch. A signal for the
other side goes the same way: `send_signal()`.

    b"waiting\n" + CODE            something new waits for CODE
    b"exchange\n" + CODE           receipts or settled streams are owed to CODE
    b"counterparts\n"              keys, certificates or addresses changed: ask again
    b"signal\n" + CODE + b"\n" + frame
"""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

DESK_SOCKET = "desk.sock"
POKE_SOCKET = "carrier.sock"
SIGNAL_BYTES_MAX = 20 * 1024
"""Payload of 16 KiB and its signed head."""


def run_folder(home: Path) -> Path:
    """Where the office's sockets lie (mode 700)."""
    return home / "run"


def poke(home: Path, what: str, code: str = "") -> None:
    """Tell the carrier that something waits; nobody there is no fault, it looks for itself."""
    _send(home, f"{what}\n{code}".encode("ascii"))


def send_signal(home: Path, code: str, frame: bytes) -> None:
    """Give the carrier a signed signal for an office; without a line at this moment it is dropped.

    Raises:
        ValueError: longer than any signal; the caller's fault.
    """
    if len(frame) > SIGNAL_BYTES_MAX:
        raise ValueError("longer than any signal")
    _send(home, b"signal\n" + code.encode("ascii") + b"\n" + frame)


def _send(home: Path, datagram: bytes) -> None:
    # gone, full or never there: what waits is found by the carrier's own look
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as out,
    ):
        out.sendto(datagram, str(run_folder(home) / POKE_SOCKET))
