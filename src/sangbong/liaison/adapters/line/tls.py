"""TLS 1.3 between two offices that pinned each other's certificate at their one meeting.

1. (T1) No certificate authority is asked: we trust exactly the certificates in the counterparts'
   key statements, byte for byte, and present ours. Host names are not compared, because a
   statement names an office and not a host.
2. (T2) Both sides show a certificate; nothing older than TLS 1.3 is spoken.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable


def client_context(*, certificate: str, key: str, pinned: str) -> ssl.SSLContext:
    """Trust one certificate and present ours.

    Raises:
        OSError: our own certificate or key cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    return _pinned(context, certificate, key, [pinned])


def server_context(*, certificate: str, key: str, pinned: Iterable[str]) -> ssl.SSLContext:
    """Present our certificate and speak only with holders of the counterparts'.

    Raises:
        OSError: our own certificate or key cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = 0  # every connection shows its certificate again
    return _pinned(context, certificate, key, pinned)


def _pinned(
    context: ssl.SSLContext, certificate: str, key: str, pinned: Iterable[str]
) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    for pem in pinned:
        context.load_verify_locations(cadata=pem)
    context.load_cert_chain(certificate, key)
    return context


def der(pem: str) -> bytes:
    """The bytes of a certificate, to compare what was shown with what was pinned."""
    return ssl.PEM_cert_to_DER_cert(pem)
