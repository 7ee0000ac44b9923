"""The line: HTTPS to one counterpart, which knows us and which we know by pinned certificates.

No certificate authority is asked: our context trusts exactly the certificate in the counterpart's
key statement, and presents ours, which the counterpart trusts alike. Host names are not compared,
because the statement names an office and not a host.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.exchange import EXCHANGE_BYTES_MAX, Exchange, read_exchange
from sangbong.liaison.core.receipt import RECEIPT_BYTES_MAX

ENVELOPES_PATH = "/link/envelopes"
RECEIPTS_PATH = "/link/receipts"
ENVELOPE_TYPE = "application/vnd.sangbong.envelope"
JSON_TYPE = "application/json"
HTTP_OK = 200
HTTP_RETURNED = 422
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said to an envelope: its signed receipt, *received* or *returned*."""

    receipt: bytes
    taken: bool


def client_context(*, certificate: Path, key: Path, counterpart_pem: str) -> ssl.SSLContext:
    """Trust one certificate and present ours."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    return _pinned(context, certificate=certificate, key=key, pem=counterpart_pem)


def server_context(*, certificate: Path, key: Path, counterparts_pem: str) -> ssl.SSLContext:
    """Present our certificate and speak only with holders of the counterparts'."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    return _pinned(context, certificate=certificate, key=key, pem=counterparts_pem)


def _pinned(context: ssl.SSLContext, *, certificate: Path, key: Path, pem: str) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=pem)
    context.load_cert_chain(certificate, key)
    return context


def certificate_der(pem: str) -> bytes:
    """The bytes of a certificate, to compare what a peer showed with what was pinned."""
    return ssl.PEM_cert_to_DER_cert(pem)


class Link:
    """One visit to the counterpart over the line."""

    def __init__(self, url: str, context: ssl.SSLContext) -> None:
        """Prepare; nothing is sent before the first call."""
        self._client = httpx.Client(base_url=url, verify=context, timeout=_TIMEOUT, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def hand_over(self, envelope: bytes) -> Answer:
        """Give one envelope to the other side and wait for its signed answer.

        Raises:
            SangbongError: `liaison.link_down` (nothing was sent), `liaison.link_cut` (it may have
                arrived), `liaison.link_answer` (the other side spoke unclearly).
        """
        status, body = self._call(
            "POST", ENVELOPES_PATH, envelope, ENVELOPE_TYPE, RECEIPT_BYTES_MAX
        )
        if status not in {HTTP_OK, HTTP_RETURNED}:
            raise SangbongError("liaison.link_answer", status=status)
        return Answer(receipt=body, taken=status == HTTP_OK)

    def exchange(self, ours: Exchange) -> Exchange:
        """Give receipts and get receipts.

        Raises:
            SangbongError: as `hand_over`, or `liaison.exchange_garbled`.
        """
        status, body = self._call(
            "POST", RECEIPTS_PATH, ours.encode(), JSON_TYPE, EXCHANGE_BYTES_MAX
        )
        if status != HTTP_OK:
            raise SangbongError("liaison.link_answer", status=status)
        return read_exchange(body)

    def _call(
        self, method: str, path: str, content: bytes, media_type: str, limit: int
    ) -> tuple[int, bytes]:
        try:
            with self._client.stream(
                method, path, content=content, headers={"content-type": media_type}
            ) as response:
                return response.status_code, _bounded(response, limit)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise SangbongError("liaison.link_down") from error
        except httpx.HTTPError as error:
            raise SangbongError("liaison.link_cut") from error


def _bounded(response: httpx.Response, limit: int) -> bytes:
    body = b""
    for piece in response.iter_raw():
        body += piece
        if len(body) > limit:
            raise SangbongError("liaison.link_answer", status=response.status_code)
    return body
