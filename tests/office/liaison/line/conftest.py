"""Two carriers with desks that are no offices, and a line between them that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import io
import random
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.office.liaison.line.desk_double import DeskDouble

from sangbong.liaison.adapters.film_store import FilmStore, SealedFilm
from sangbong.liaison.adapters.line.carrier import Carrier, Listening
from sangbong.liaison.adapters.sealing import AesPieces

NEAR, FAR = "KR-SEL", "KP-PYO"


@dataclass(frozen=True)
class Papers:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path

    @property
    def pem(self) -> str:
        return self.certificate.read_text()


def make_papers(folder: Path, name: str) -> Papers:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=36_500))
        .sign(key, hashes.SHA256())
    )
    papers = Papers(folder / f"{name}.crt", folder / f"{name}.key")
    papers.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    papers.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return papers


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Papers]:
    folder = tmp_path_factory.mktemp("papers")
    return {name: make_papers(folder, name) for name in (NEAR, FAR, "stranger")}


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def seal(store: FilmStore, *, size: int, seed: int = 1) -> SealedFilm:
    content = random.Random(seed).randbytes(size)
    return store.seal(io.BytesIO(content), key=bytes([seed]) * 32, cipher=AesPieces())


class Proxy:
    """A line on this machine: it counts what passes, can fall silent, and can break."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, free_port()
        self.passed = 0
        self.silent = False
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        self.break_all()
        for task in self._tasks:
            task.cancel()

    def break_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers += [writer, back]
            await asyncio.gather(self._pass(reader, back, counted=True), self._pass(there, writer))
        writer.close()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool = False
    ) -> None:
        while data := await reader.read(16_384):
            while self.silent:
                await asyncio.sleep(0.01)
            self.passed += len(data) * counted
            writer.write(data)
            await writer.drain()
        writer.close()


class Pair:
    """A near office that calls a far one, each with its desk; carriers run in this process."""

    def __init__(self, folder: Path, papers: dict[str, Papers]) -> None:
        self.folder, self.papers = folder, papers
        self.port = free_port()
        self.near = self._desk(NEAR, FAR, f"https://127.0.0.1:{self.port}")
        self.far = self._desk(FAR, NEAR, "")
        self.running: dict[str, asyncio.Task[None]] = {}
        self.carriers: dict[str, Carrier] = {}

    def _desk(self, code: str, other: str, url: str) -> DeskDouble:
        home = self.folder / code
        home.mkdir(exist_ok=True)
        mine, theirs = self.papers[code], self.papers[other]
        known = [{"certificate": theirs.pem, "code": other, "url": url}]
        return DeskDouble(
            home,
            code=code,
            certificate=str(mine.certificate),
            key=str(mine.key),
            counterparts=known,
        )

    def by_way_of(self, port: int) -> None:
        """Let the near office call another port: a proxy's."""
        self.near.said["counterparts"][0]["url"] = f"https://127.0.0.1:{port}"

    def carry(self, desk: DeskDouble) -> None:
        listening = Listening(port=self.port if desk is self.far else 0)
        carrier = self.carriers[desk.home.name] = Carrier(desk.home, listening)
        self.running[desk.home.name] = asyncio.create_task(carrier.run())

    async def stop(self, desk: DeskDouble) -> None:
        task = self.running.pop(desk.home.name)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    @contextlib.asynccontextmanager
    async def open(self):
        async with self.near.serving(), self.far.serving():
            self.carry(self.far)
            self.carry(self.near)
            try:
                yield self
            finally:
                for desk in (self.near, self.far):
                    if desk.home.name in self.running:
                        await self.stop(desk)

    def post_film(self, *, size: int, seed: int = 1) -> SealedFilm:
        film = seal(self.near.store, size=size, seed=seed)
        envelope = f"film|{film.film_id}|{film.pieces}|".encode() + bytes(100)
        self.near.post(FAR, envelope, film=film.film_id, pieces=film.pieces)
        return film


@pytest.fixture
def pair(tmp_path: Path, papers: dict[str, Papers]) -> Pair:
    return Pair(tmp_path, papers)


async def until(true, *, seconds: float = 30.0) -> None:
    """Wait for something to become true; the test fails where it does not."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)
