"""Compiles the recorder, and runs a program under it."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("recorder.c")


class NoCompilerError(Exception):
    """There is no C compiler on this machine, so nothing can be recorded."""

    def __str__(self) -> str:
        return (
            "gcc를 찾을 수 없습니다. 설치한 뒤 다시 실행해 주십시오: apt-get install gcc libc6-dev / "
            "gcc was not found. Install it and run this again: apt-get install gcc libc6-dev"
        )


def compile_recorder(folder: Path) -> Path:
    """The recorder as a shared library in a folder.

    Raises:
        NoCompilerError: no gcc here.
    """
    compiler = shutil.which("gcc")
    if compiler is None:
        raise NoCompilerError
    library = folder / "recorder.so"
    subprocess.run(
        [compiler, "-O2", "-shared", "-fPIC", "-Wall", "-o", library, SOURCE, "-ldl", "-lpthread"],
        check=True,
    )
    return library


def environment(*, library: Path, folder: Path, trace: Path) -> dict[str, str]:
    """What a process needs around it so that its deeds under a folder are written to a trace."""
    return os.environ | {
        "LD_PRELOAD": str(library),
        "RECORDER_ROOT": str(folder),
        "RECORDER_TRACE": str(trace),
    }


def mark(**facts: Any) -> None:
    """Write into the trace what this process promises from now on."""
    data = json.dumps(facts).encode()
    ctypes.CDLL(None).recorder_mark(data, ctypes.c_size_t(len(data)))
