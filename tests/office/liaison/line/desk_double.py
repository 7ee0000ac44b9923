"""A desk of the same HTTP shapes over a plain database: for trying the line without two offices.

The real one is `api/desk.py`; what both must do stands in `adapters/line/desk.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import sqlite3
import time
from pathlib import Path
from urllib.parse import parse_qs

from sangbong.liaison.adapters.film_store import FilmStore
from sangbong.liaison.adapters.line.desk import DESK_SOCKET, run_folder
from sangbong.liaison.adapters.line.desk_client import read_frames
from sangbong.liaison.adapters.line.http import Reader, answer_bytes
from sangbong.liaison.core.wire.framing import framed_all

SCHEMA = """
CREATE TABLE IF NOT EXISTS outgoing (row INTEGER PRIMARY KEY, recipient TEXT, digest TEXT UNIQUE,
    envelope BLOB, urgent INT, film TEXT, pieces INT, answer TEXT DEFAULT '', carried INT DEFAULT 0);
CREATE TABLE IF NOT EXISTS incoming (digest TEXT PRIMARY KEY, sender TEXT, envelope BLOB, film TEXT,
    pieces INT, state TEXT, at REAL);
CREATE TABLE IF NOT EXISTS heard (sender TEXT, body BLOB);
"""


class _Source:
    inside = False

    def __init__(self, stream):
        self.stream = stream

    async def read_into(self, view):
        data = await self.stream.read(len(view))
        view[: len(data)] = data
        return len(data)


class DeskDouble:
    """One office without an office: an envelope is `film|FILM|pieces|anything`, or anything."""

    def __init__(self, home: Path, *, code: str, certificate: str, key: str, counterparts):
        self.home = home
        self.said = {
            "certificate": certificate,
            "code": code,
            "counterparts": counterparts,
            "key": key,
        }
        self.store = FilmStore(home / "films")
        run_folder(home).mkdir(mode=0o700, parents=True, exist_ok=True)
        self.db = sqlite3.connect(
            home / "desk.sqlite3", isolation_level=None, check_same_thread=False
        )
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.executescript(SCHEMA)
        self.signals: list[bytes] = []
        self.exchange = b""

    def post(self, recipient, envelope: bytes, *, urgent=False, film="", pieces=0) -> str:
        digest = hashlib.sha256(envelope).hexdigest()
        self.db.execute(
            "INSERT INTO outgoing (recipient, digest, envelope, urgent, film, pieces)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (recipient, digest, envelope, urgent, film, pieces),
        )
        return digest

    def answers(self) -> list[str]:
        return [one for (one,) in self.db.execute("SELECT answer FROM outgoing ORDER BY row")]

    def received(self) -> set[str]:
        rows = self.db.execute("SELECT digest FROM incoming WHERE state = 'R'")
        return {digest for (digest,) in rows}

    @contextlib.asynccontextmanager
    async def serving(self):
        path = run_folder(self.home) / DESK_SOCKET
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve, str(path))
        try:
            yield self
        finally:
            server.close()
            path.unlink(missing_ok=True)

    async def _serve(self, stream, writer):
        reader = Reader(_Source(stream))
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while (head := await reader.request()) is not None:
                body = await reader.body(head.length)
                query = {name: one[0] for name, one in parse_qs(head.query).items()}
                status, answer = self._answer(head.method, head.path, query, body)
                writer.write(answer_bytes(status, answer))
                await writer.drain()
        writer.close()

    def _answer(self, method, path, query, body):
        _, _, what, *rest = path.split("/")
        return getattr(self, f"_{method.lower()}_{what}")(query, body, *rest)

    def _get_counterparts(self, query, body):
        return 200, json.dumps(self.said).encode()

    def _get_waiting(self, query, body):
        return 200, self._waiting(query)

    def _post_fetch(self, query, body):
        return 200, framed_all(self._envelope(one.decode()) for one in read_frames(body))

    def _post_take(self, query, body):
        return 200, self._take(query["from"], read_frames(body))

    def _post_carried(self, query, body):
        for one in read_frames(body):
            self.db.execute("UPDATE outgoing SET carried = 1 WHERE digest = ?", (one.decode(),))
        return 204, b""

    def _post_handed(self, query, body):
        with self._transaction():
            for one in read_frames(body):
                self.db.execute(
                    "UPDATE outgoing SET answer = ? WHERE digest = ?",
                    (one[64:65].decode(), one[:64].decode()),
                )
        return 204, b""

    def _get_exchange(self, query, body):
        return (200, self.exchange) if self.exchange else (204, b"")

    def _post_exchange(self, query, body):
        self.db.execute("INSERT INTO heard VALUES (?, ?)", (query["from"], body))
        return self._get_exchange(query, body)

    def _get_film(self, query, body, film):
        row = self.db.execute(
            "SELECT pieces FROM incoming WHERE film = ? AND state = 'A'", (film,)
        ).fetchone()
        return (200, json.dumps({"pieces": row[0]}).encode()) if row else (404, b"")

    def _post_film(self, query, body, film):
        return self._complete(film)

    def _post_signal(self, query, body):
        self.signals.append(body)
        return 204, b""

    @contextlib.contextmanager
    def _transaction(self):
        self.db.execute("BEGIN IMMEDIATE")
        yield
        self.db.execute("COMMIT")

    def _waiting(self, query):
        rows = self.db.execute(
            "SELECT row, digest, length(envelope), urgent, film, pieces FROM outgoing"
            " WHERE recipient = ? AND row > ? AND answer = '' ORDER BY row LIMIT ?",
            (query["to"], int(query["after"]), int(query["limit"]) + 1),
        ).fetchall()
        limit = int(query["limit"])
        items = [
            {"row": row, "digest": digest, "id": digest[:8], "length": length,
             "urgent": bool(urgent), "film": film, "pieces": pieces}
            for row, digest, length, urgent, film, pieces in rows[:limit]
        ]  # fmt: skip
        return json.dumps({"items": items, "more": len(rows) > limit}).encode()

    def _envelope(self, digest):
        row = self.db.execute("SELECT envelope FROM outgoing WHERE digest = ?", (digest,))
        return (row.fetchone() or (b"",))[0]

    def _take(self, sender, envelopes):
        answers = []
        with self._transaction():
            for envelope in envelopes:
                digest = hashlib.sha256(envelope).hexdigest()
                film, pieces = "", 0
                if envelope.startswith(b"film|"):
                    _, name, count, _ = envelope.split(b"|", 3)
                    film, pieces = name.decode(), int(count)
                state = "A" if film and not self.store.is_complete(film) else "R"
                self.db.execute(
                    "INSERT INTO incoming VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (digest, sender, envelope, film, pieces, state, time.monotonic()),
                )
                (state,) = self.db.execute(
                    "SELECT state FROM incoming WHERE digest = ?", (digest,)
                ).fetchone()
                answers.append(b"R" + b"receipt " * 50 if state == "R" else b"A")
        return framed_all(answers)

    def _complete(self, film):
        if not self.store.is_complete(film):
            return 409, b""
        with self._transaction():
            self.db.execute("UPDATE incoming SET state = 'R' WHERE film = ?", (film,))
        rows = self.db.execute("SELECT digest FROM incoming WHERE film = ?", (film,)).fetchall()
        return 200, framed_all(digest.encode() + b"R" + b"receipt " * 50 for (digest,) in rows)
