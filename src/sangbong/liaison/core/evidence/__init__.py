"""Each office as log and witness of the other: the Merkle log, checkpoints, proofs of two histories."""
