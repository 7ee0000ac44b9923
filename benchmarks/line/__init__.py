"""A line in user space, and what is measured over it: our carriers, rsync and NNCP, side by side."""
