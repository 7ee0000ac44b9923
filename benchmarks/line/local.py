"""One large film between two real offices on loopback: CPU and memory of the carriers.

CPU: what both carriers together used for it; the peer is rsync with its daemon, both sides together,
which neither encrypts nor hashes on the way. Memory: how far a carrier grew over what it held idle.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.line import ours
from benchmarks.line.office import STREAM
from benchmarks.line.spaces import Tally, first_in_line
from benchmarks.measure import Result, mib_of, tree_of

MB_PER_CPU_SECOND = 70.0
MIB_MAX = 120.0
SECONDS_MAX = 900.0


def measure_local() -> list[Result]:
    """Both figures from one film of `LOCAL_MEGABYTES` (4,000)."""
    megabytes = int(os.environ.get("LOCAL_MEGABYTES", "4000"))
    with tempfile.TemporaryDirectory(prefix="sangbong-local-") as name:
        folder = Path(name)
        film = folder / "film.bin"
        with film.open("wb") as file:
            file.truncate(megabytes * 1_000_000)
        peer = _rsync_speed(folder, film, megabytes)
        port, pages = _free_port(), [_free_port(), _free_port()]
        ours.found_two(folder / "offices", far_host="127.0.0.1", port=port)
        homes = [folder / "offices" / code for code in ours.CODES]
        served = [
            subprocess.Popen(
                ours.serve(home, pages=page, link=port * side, host="127.0.0.1"),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=ours.ENVIRONMENT, preexec_fn=first_in_line,  # noqa: PLW1509 -- no thread starts one
            )
            for side, (home, page) in enumerate(zip(homes, pages, strict=True))
        ]  # fmt: skip
        try:
            return _carry(homes, served, film, megabytes, peer)
        finally:
            for process in served:
                ours.kill_tree(process)


def _carry(
    homes: list[Path],
    served: list[subprocess.Popen[bytes]],
    film: Path,
    megabytes: int,
    peer: float,
) -> list[Result]:
    for home in homes:
        ours.wait_for_desk(home)
    time.sleep(3.0)
    carriers = [_carrier_of(process.pid) for process in served]
    idle = [mib_of(pid) for pid in carriers]
    offices_idle = [mib_of(process.pid) for process in served]
    with ours.Agent(homes[0]) as agent:
        agent.do("statement")  # Django is there
        tally, offices = Tally(), Tally()
        tally.look(*carriers)
        offices.look(*[process.pid for process in served])
        before, offices_before = tally.seconds, offices.seconds
        started = time.monotonic()
        agent.do("load", recipient=ours.CODES[1], film=str(film), small=0)
        sealed = time.monotonic()
        peaks, office_peaks = list(idle), list(offices_idle)
        ledger = ours.Ledger(homes[0])
        while ledger.open_outbox(STREAM) and time.monotonic() - sealed < SECONDS_MAX:
            peaks = [max(peak, mib_of(pid)) for peak, pid in zip(peaks, carriers, strict=True)]
            office_peaks = [
                max(peak, mib_of(one.pid)) for peak, one in zip(office_peaks, served, strict=True)
            ]
            time.sleep(0.1)
        seconds = time.monotonic() - sealed
        tally.look(*carriers)
        offices.look(*[process.pid for process in served])
        whole = not ledger.open_outbox(STREAM)
    cpu = tally.seconds - before
    grown = max(peak - first for peak, first in zip(peaks, idle, strict=True))
    office_grown = max(p - first for p, first in zip(office_peaks, offices_idle, strict=True))
    speed = megabytes / cpu
    print(
        f"channel local: {megabytes} MB sealed in {sealed - started:.1f} s, carried in {seconds:.1f} s"
        f" ({megabytes / seconds:.0f} MB/s), {cpu:.1f} CPU s of both carriers: {speed:.0f} MB a CPU"
        f" second (rsync {peer:.0f}); the offices themselves"
        f" {offices.seconds - offices_before - cpu:.1f} CPU s; a carrier grew by {grown:.0f} MiB over"
        f" {max(idle):.0f}, an office by {office_grown:.0f} over {max(offices_idle):.0f}\n",
        flush=True,
    )
    return [
        Result(
            "channel-cpu", round(speed, 1), round(peer, 1), round(speed / peer, 2),
            MB_PER_CPU_SECOND, whole and speed >= MB_PER_CPU_SECOND,
        ),
        Result(
            "channel-memory", round(grown, 1), round(max(idle), 1),
            round(grown / max(idle), 2), MIB_MAX, whole and max(grown, office_grown) <= MIB_MAX,
        ),
    ]  # fmt: skip


def _carrier_of(served: int) -> int:
    (carrier,) = [pid for pid in tree_of(served) if pid != served]
    return carrier


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _rsync_speed(folder: Path, film: Path, megabytes: int) -> float:
    """MB a CPU second of rsync and its daemon together."""
    target, port = folder / "rsync", _free_port()
    target.mkdir()
    configuration = folder / "rsyncd.conf"
    configuration.write_text(
        f"use chroot = no\nuid = root\ngid = root\n[in]\npath = {target}\nread only = no\n"
    )
    daemon = subprocess.Popen(
        ["rsync", "--daemon", "--no-detach", f"--port={port}", f"--config={configuration}",
         "--address=127.0.0.1"],
        preexec_fn=first_in_line,  # noqa: PLW1509 -- no thread starts one
    )  # fmt: skip
    tally = Tally()
    try:
        time.sleep(0.5)
        call = subprocess.Popen(
            ["rsync", "-a", "--append-verify", str(film), f"rsync://127.0.0.1:{port}/in/"],
            preexec_fn=first_in_line,  # noqa: PLW1509 -- no thread starts one
        )
        while call.poll() is None:
            tally.look(daemon.pid, call.pid)
            time.sleep(0.05)
    finally:
        daemon.kill()
        daemon.wait()
    (target / film.name).unlink(missing_ok=True)
    return megabytes / max(tally.seconds, 0.01)
