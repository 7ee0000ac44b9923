"""What other rooms and pages ask of this install."""

from __future__ import annotations

from sangbong.office.core.succession import Position
from sangbong.office.queries.keys import (
    EpochPublic,
    KeyStanding,
    OwnEpoch,
    key_standing,
    key_standings,
    own_epochs,
    own_receiving,
    own_signer,
    own_statement,
    own_statement_file,
    receive_key_for,
    renewal_due,
    root_is_here,
    verify_key_of,
)
from sangbong.office.queries.office import (
    CounterpartView,
    OwnOffice,
    StaffView,
    audit_entries,
    counterpart,
    counterparts,
    latest_audit_entries,
    own_keys,
    own_office,
    staff,
    verify_audit,
)

__all__ = [
    "CounterpartView",
    "EpochPublic",
    "KeyStanding",
    "OwnEpoch",
    "OwnOffice",
    "Position",
    "StaffView",
    "audit_entries",
    "counterpart",
    "counterparts",
    "key_standing",
    "key_standings",
    "latest_audit_entries",
    "own_epochs",
    "own_keys",
    "own_office",
    "own_receiving",
    "own_signer",
    "own_statement",
    "own_statement_file",
    "receive_key_for",
    "renewal_due",
    "root_is_here",
    "staff",
    "verify_audit",
    "verify_key_of",
]
