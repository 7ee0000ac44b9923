"""The child shuts itself in: limits, no network, no other files, no new programs.

Each measure is tried and reported; what the kernel does not know is left out, and the report says
so. Nothing here trusts another measure to hold.

Source: Linux man-pages landlock(7), seccomp(2), unshare(2), setrlimit(2); numbers of system calls
from the kernel's uapi headers for x86-64 and for the generic table that aarch64 uses.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_SIGKILL = 9
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CLONE_NEWIPC = 0x08000000

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_VERSION_FLAG = 1
# read, write, make and remove plain files, list: what the folder for results needs
_OUT_RIGHTS = (1 << 1) | (1 << 2) | (1 << 3) | (1 << 5) | (1 << 8) | (1 << 14)
_LIBRARY_RIGHTS = (1 << 2) | (1 << 3)

_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SECCOMP_CALL = {"x86_64": 317, "aarch64": 277}
_X32_BIT = 0x40000000
# socket connect bind listen accept socketpair accept4, execve execveat, ptrace, process_vm_*,
# mount umount2 pivot_root chroot, unshare setns, bpf, perf_event_open, keyctl add_key request_key,
# userfaultfd, open_by_handle_at, io_uring_*, kill tkill tgkill pidfd_*, kexec and module loading
_FORBIDDEN = {
    "x86_64": (
        *(41, 42, 49, 50, 43, 53, 288, 59, 322, 101, 310, 311, 165, 166, 155, 161, 272, 308, 321),
        *(298, 250, 248, 249, 323, 304, 425, 426, 427, 62, 200, 424, 434, 438, 246, 320, 175, 313),
    ),
    "aarch64": (
        *(198, 203, 200, 201, 202, 199, 242, 221, 281, 117, 270, 271, 40, 39, 41, 51, 97, 268, 280),
        *(241, 219, 217, 218, 282, 265, 425, 426, 427, 129, 130, 424, 434, 438, 104, 294, 105, 273),
    ),
}
_RET_ALLOW = 0x7FFF0000
_RET_ERRNO_EACCES = 0x00050000 | 13
_RET_KILL = 0x80000000


@dataclass(frozen=True, slots=True)
class Confinement:
    """What took hold; a false or zero is a measure this kernel did not give."""

    landlock_version: int
    seccomp: bool
    own_network: bool


def limit(*, memory_bytes: int, cpu_seconds: int, file_bytes: int, files: int) -> None:
    """Bound what one file may cost, and die with the parent."""
    _libc().prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    _libc().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    for kind, amount in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, files),
        (resource.RLIMIT_CORE, 0),
    ):
        # an outer limit that is tighter stays
        hard = resource.getrlimit(kind)[1]
        wanted = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (wanted, wanted))


def leave_network() -> bool:
    """Move into a network of our own that has no way out; false where the kernel refuses."""
    return bool(_libc().unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) == 0)


def shut_in(out: Path, libraries: Sequence[Path], *, own_network: bool) -> Confinement:
    """Give up every file but results under `out` and code under `libraries`, and every far call.

    To be called when everything needed is loaded, and before the first untrusted byte is read;
    `libraries` serve only what the interpreter imports late.
    """
    _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return Confinement(
        landlock_version=_landlock(out, libraries), seccomp=_seccomp(), own_network=own_network
    )


def _landlock(out: Path, libraries: Sequence[Path]) -> int:
    libc = _libc()
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION_FLAG)
    if version < 1:
        return 0
    rights = (1 << 13) - 1
    for since, bit in ((2, 13), (3, 14), (5, 15)):
        if version >= since:
            rights |= 1 << bit
    network = 0b11 if version >= 4 else 0
    scoped = 0b11 if version >= 6 else 0
    length = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = struct.pack("=QQQ", rights, network, scoped)[:length]
    ruleset = libc.syscall(_LANDLOCK_CREATE, rules, length, 0)
    if ruleset < 0:
        return 0
    try:
        allowed = [(out, _OUT_RIGHTS & rights), *((path, _LIBRARY_RIGHTS) for path in libraries)]
        is_added = all(_allow(ruleset, path, what) for path, what in allowed)
        is_closed = is_added and libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0
    finally:
        os.close(ruleset)
    return int(version) if is_closed else 0


def _allow(ruleset: int, path: Path, rights: int) -> bool:
    folder = os.open(path, os.O_PATH | os.O_DIRECTORY)
    try:
        rule = struct.pack("=Qi", rights, folder)
        return bool(_libc().syscall(_LANDLOCK_ADD, ruleset, 1, rule, 0) == 0)
    finally:
        os.close(folder)


def _seccomp() -> bool:
    machine = platform.machine()
    if machine not in _AUDIT_ARCH:
        return False
    program = filter_program(machine)
    count = len(program) // 8
    buffer = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    whole = Program(count, ctypes.addressof(buffer))
    answer = _libc().syscall(
        _SECCOMP_CALL[machine],
        _SECCOMP_SET_MODE_FILTER,
        _SECCOMP_FILTER_FLAG_TSYNC,
        ctypes.byref(whole),
    )
    return bool(answer == 0)


def filter_program(machine: str) -> bytes:
    """The filter as classic BPF: another architecture dies, a forbidden call gets EACCES."""
    load, jump_equal, jump_at_least, give = 0x20, 0x15, 0x35, 0x06
    calls = _FORBIDDEN[machine]
    lines = [
        (load, 0, 0, 4),
        (jump_equal, 1, 0, _AUDIT_ARCH[machine]),
        (give, 0, 0, _RET_KILL),
        (load, 0, 0, 0),
        # x86-64 has a second table of calls above this bit; none of ours uses it
        (jump_at_least, len(calls) + 1, 0, _X32_BIT),
    ]
    lines += [(jump_equal, len(calls) - at, 0, call) for at, call in enumerate(calls)]
    lines += [(give, 0, 0, _RET_ALLOW), (give, 0, 0, _RET_ERRNO_EACCES)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def what_is_open(port: int) -> dict[str, bool]:
    """Try to get out; every value should be false. `port` is one the parent listens on."""
    return {
        "reads_elsewhere": _can(lambda: Path("/etc/passwd").read_bytes()),
        "writes_elsewhere": _can(lambda: Path("/tmp/sangbong-sandbox").write_bytes(b"")),  # noqa: S108 -- the attempt is the point
        "reaches_network": _can(lambda: socket.create_connection(("127.0.0.1", port), 1).close()),
        "starts_programs": _can(lambda: subprocess.run([sys.executable, "-V"], check=True)),
    }


def _can(attempt: Callable[[], object]) -> bool:
    with contextlib.suppress(OSError):
        attempt()
        return True
    return False


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
