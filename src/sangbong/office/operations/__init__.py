"""Deeds of this install: founding, staff, counterparts, keys, the audit trail."""

from __future__ import annotations

from sangbong.office.operations.office import (
    add_counterpart,
    add_staff,
    confirm_counterpart,
    found_office,
    make_sign_in_link,
    record_audit,
    redeem_sign_in_link,
)

__all__ = [
    "add_counterpart",
    "add_staff",
    "confirm_counterpart",
    "found_office",
    "make_sign_in_link",
    "record_audit",
    "redeem_sign_in_link",
]
