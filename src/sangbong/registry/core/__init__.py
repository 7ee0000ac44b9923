"""Pure rules of this room: rows, now and seed in, a decision out."""
