"""Names of things, as types that cannot be mixed up."""

from __future__ import annotations

import re
from typing import NewType

from sangbong.kernel.errors import SangbongError

OfficeCode = NewType("OfficeCode", str)
"""An office's short name on every paper, such as `KR-SEL`."""

_OFFICE_CODE = re.compile(r"[A-Z]{2}-[A-Z]{3}")


def office_code(raw: str) -> OfficeCode:
    """Read an office code: two capital letters, a hyphen, three capital letters.

    Raises:
        SangbongError: `kernel.office_code`, the writer's fault.
    """
    if not _OFFICE_CODE.fullmatch(raw):
        raise SangbongError("kernel.office_code", value=raw[:20])
    return OfficeCode(raw)
