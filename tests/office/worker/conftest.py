"""Papers of the office across, as the liaison tests write them."""

from tests.office.liaison.conftest import peer

__all__ = ["peer"]
