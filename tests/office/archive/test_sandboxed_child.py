from __future__ import annotations

import json
import os
import struct
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from sangbong.archive.adapters.sandboxed import __main__ as child
from sangbong.archive.adapters.sandboxed import confine, making
from sangbong.archive.adapters.sandboxed.confine import Confinement
from sangbong.archive.adapters.sandboxed.reading import Bounds
from sangbong.lab.film import HOSTILE_FILMS, draw_film, hostile_film

LIMITS = {"memory_bytes": 2**32, "cpu_seconds": 60, "file_bytes": 2**30, "files": 64}


class Libc:
    """Answers as a kernel would; keeps what it was asked."""

    def __init__(self, landlock: int = 7, *, add: int = 0, ruleset: int | None = None) -> None:
        self.landlock, self.add, self.ruleset = landlock, add, ruleset
        self.handled = b""
        self.calls: list[int] = []

    def prctl(self, *_: int) -> int:
        return 0

    def unshare(self, _: int) -> int:
        return -1

    def syscall(self, number: int, *given: object) -> int:
        self.calls.append(number)
        if number == 444 and given[2] == 1:
            return self.landlock
        if number == 444:
            self.handled = given[0]  # type: ignore[assignment]
            return os.open("/", os.O_RDONLY) if self.ruleset is None else self.ruleset
        return self.add if number == 445 else 0


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> object:
    def use(libc: Libc) -> Libc:
        monkeypatch.setattr(confine, "_libc", lambda: libc)
        return libc

    return use


@pytest.mark.parametrize(
    ("version", "length", "rights"),
    [
        (1, 8, 0x1FFF),
        (2, 8, 0x3FFF),
        (3, 8, 0x7FFF),
        (4, 16, 0x7FFF),
        (5, 16, 0xFFFF),
        (7, 24, 0xFFFF),
    ],
)
def test_each_kernel_is_asked_for_what_it_knows(
    kernel: object, tmp_path: Path, version: int, length: int, rights: int
) -> None:
    libc = kernel(Libc(version))  # type: ignore[operator]
    shut = confine.shut_in(tmp_path, [tmp_path], own_network=True)
    assert (shut.landlock_version, shut.own_network) == (version, True)
    assert len(libc.handled) == length
    assert struct.unpack("=Q", libc.handled[:8]) == (rights,)


@pytest.mark.parametrize("libc", [Libc(0), Libc(-1), Libc(7, add=-1), Libc(7, ruleset=-1)])
def test_a_wall_that_does_not_stand_is_not_told_as_standing(
    kernel: object, tmp_path: Path, libc: Libc
) -> None:
    kernel(libc)  # type: ignore[operator]
    assert confine.shut_in(tmp_path, [], own_network=False).landlock_version == 0


def test_a_machine_whose_calls_are_not_listed_gets_no_filter(
    kernel: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel(Libc())  # type: ignore[operator]
    monkeypatch.setattr(confine.platform, "machine", lambda: "riscv64")
    assert confine.shut_in(tmp_path, [], own_network=False) == Confinement(7, False, False)


def test_leaving_the_network_may_fail(kernel: object) -> None:
    kernel(Libc())  # type: ignore[operator]
    assert confine.leave_network() is False


def test_limits_never_loosen_what_stands(kernel: object, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel(Libc())  # type: ignore[operator]
    set_to = {}
    monkeypatch.setattr(confine.resource, "getrlimit", lambda kind: (5, 7))
    monkeypatch.setattr(confine.resource, "setrlimit", set_to.__setitem__)
    confine.limit(**LIMITS)
    assert set(set_to.values()) == {(7, 7), (0, 0)}
    infinity = confine.resource.RLIM_INFINITY
    monkeypatch.setattr(confine.resource, "getrlimit", lambda kind: (infinity, infinity))
    confine.limit(**LIMITS)
    assert set_to[confine.resource.RLIMIT_CPU] == (60, 60)


def run_filter(program: bytes, arch: int, call: int) -> int:
    """A small reading of classic BPF: what the kernel would answer."""
    lines = [struct.unpack("=HBBI", program[at : at + 8]) for at in range(0, len(program), 8)]
    at, value = 0, 0
    while True:
        code, yes, no, k = lines[at]
        at += 1
        if code == 0x20:
            value = arch if k == 4 else call
        elif code == 0x06:
            return k
        else:
            holds = value == k if code == 0x15 else value >= k
            at += yes if holds else no


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_forbids_its_calls_and_no_other(machine: str) -> None:
    program = confine.filter_program(machine)
    arch = confine._AUDIT_ARCH[machine]
    allow, deny, kill = 0x7FFF0000, 0x0005000D, 0x80000000
    forbidden = set(confine._FORBIDDEN[machine])
    for call in range(600):
        wanted = deny if call in forbidden else allow
        assert run_filter(program, arch, call) == wanted
    assert run_filter(program, arch, 0x40000000 + 1) == deny
    assert run_filter(program, 0x40000003, 1) == kill


def test_the_attempts_to_get_out_are_honest_outside_the_walls() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = confine.what_is_open(listener.getsockname()[1])
    Path("/tmp/sangbong-sandbox").unlink(missing_ok=True)
    assert found == dict.fromkeys(found, True)


def test_the_child_answers_a_job(
    film: Path,
    tmp_path: Path,
    bounds: Bounds,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(confine, "limit", lambda **_: None)
    monkeypatch.setattr(confine, "leave_network", lambda: False)
    monkeypatch.setattr(
        confine, "shut_in", lambda out, libraries, own_network: Confinement(0, False, own_network)
    )

    def job(tool: str) -> dict[str, object]:
        return {
            "tool": tool,
            "out": str(tmp_path),
            "limits": LIMITS,
            "own_network": False,
            "descriptor": os.open(film, os.O_RDONLY),
            "bounds": asdict(bounds),
            "port": 1,
        }

    assert child.main(job("probe"))["result"]["width"] == 160
    assert child.main(job("transcode"))["result"]["survey"]["kind"] == "mp4"
    said = [json.loads(line)["progress"] for line in capsys.readouterr().out.splitlines()]
    assert said == sorted(set(said))
    assert said[-1] == 100
    defences = child.main(job("defences"))["result"]
    Path("/tmp/sangbong-sandbox").unlink(missing_ok=True)
    assert defences["reads_elsewhere"] is True
    assert defences["descriptors"] >= 3


@pytest.mark.parametrize("name", sorted(HOSTILE_FILMS))
def test_the_child_itself_refuses_each_hostile_film(
    name: str, tmp_path: Path, bounds: Bounds
) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(hostile_film(name, tmp_path))
    with path.open("rb") as file:
        said = child.answer("probe", file, tmp_path, bounds)
    assert f"archive.{said['fault']}" == HOSTILE_FILMS[name]


@pytest.mark.parametrize(
    ("bound", "value", "fault"),
    [
        ("bytes_max", 1000, "film_too_large"),
        ("seconds_max", 0, "film_too_long"),
        ("side_max", 100, "film_dimensions"),
        ("streams_max", 1, "film_unreadable"),
    ],
)
def test_the_child_itself_holds_the_bounds(
    film: Path, tmp_path: Path, bounds: Bounds, bound: str, value: int, fault: str
) -> None:
    with film.open("rb") as file:
        said = child.answer("probe", file, tmp_path, replace(bounds, **{bound: value}))
    assert said["fault"] == fault


def test_a_film_whose_index_hides_its_length_is_still_measured(
    tmp_path: Path, bounds: Bounds
) -> None:
    film = draw_film(tmp_path / "letter.webm", seconds=3, with_sound=False)
    data = film.read_bytes()
    # Duration of the segment: element 4489, a float of eight bytes, becomes a void of the same size
    at = data.index(b"\x44\x89\x88")
    film.write_bytes(data[:at] + b"\xec\x89" + bytes(9) + data[at + 11 :])
    with film.open("rb") as file:
        said = child.answer("probe", file, tmp_path, bounds)
        late = child.answer("probe", file, tmp_path, replace(bounds, seconds_max=2))
    assert said["result"]["duration_ms"] == 3000
    assert late["fault"] == "film_too_long"


@pytest.mark.parametrize(
    ("trouble", "fault"), [(MemoryError, "film_too_demanding"), (KeyError, "film_unreadable")]
)
def test_whatever_goes_wrong_inside_is_an_answer(
    film: Path,
    tmp_path: Path,
    bounds: Bounds,
    monkeypatch: pytest.MonkeyPatch,
    trouble: type[Exception],
    fault: str,
) -> None:
    def fail(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(making, "transcode", fail)
    with film.open("rb") as file:
        assert child.answer("transcode", file, tmp_path, bounds)["fault"] == fault
    with (tmp_path / "empty").open("w+b") as file:
        said = child.answer("check", file, tmp_path, bounds)
    assert said == {"fault": "film_empty", "params": {}}
