"""The one application, a short path switch: what the other office calls, and everything else.

`/link/*` is served on the carrier's own port, where TLS asks for the other office's pinned
certificate (`sangbong.api.link`); the pages are Django's.
"""

from __future__ import annotations

from django.core.asgi import get_asgi_application

application = get_asgi_application()
