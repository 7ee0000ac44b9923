"""Deeds of this install: founding, staff, counterparts, keys, the audit trail."""

from __future__ import annotations

from sangbong.office.operations.counterparts import (
    accept_statement_update,
    confirm_statement,
    note_epochs_done,
    note_serial_known,
    say_epochs_done,
)
from sangbong.office.operations.keys import (
    Kept,
    keep_keys,
    renew_keys,
    replace_root,
    revoke_signer,
    root_at,
    rotate_signer,
    take_root_out,
)
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
    "Kept",
    "accept_statement_update",
    "add_counterpart",
    "add_staff",
    "confirm_counterpart",
    "confirm_statement",
    "found_office",
    "keep_keys",
    "make_sign_in_link",
    "note_epochs_done",
    "note_serial_known",
    "record_audit",
    "redeem_sign_in_link",
    "renew_keys",
    "replace_root",
    "revoke_signer",
    "root_at",
    "rotate_signer",
    "say_epochs_done",
    "take_root_out",
]
