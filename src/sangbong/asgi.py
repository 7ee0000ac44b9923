"""The pages. What other offices call is the carrier's own port, and it asks `sangbong.api.desk`."""

from __future__ import annotations

from django.core.asgi import get_asgi_application

application = get_asgi_application()
