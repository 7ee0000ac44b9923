"""What an office decides about dispatches, over a ledger: to send, take, apply, tell, settle, begin anew."""
