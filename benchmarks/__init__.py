"""What we measure against peers, each in one run. `make bench ONLY=name`."""
