"""`python -m sangbong.liaison.adapters.line HOME`: what `sangbong serve` starts, and starts again.

Not through `sangbong carrier`, which reads the whole command line's modules first: after a kill the
line waits for this process, so it starts in a tenth of a second.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sangbong.liaison.adapters.line.carrier import Listening, carry, die_with


def main() -> None:
    """Read the options and carry."""
    parser = argparse.ArgumentParser(prog="sangbong carrier")
    parser.add_argument("home", type=Path)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--parent", type=int, default=0, help="end with this process")
    options = parser.parse_args()
    die_with(options.parent)
    carry(options.home.absolute(), Listening(options.host, options.port))


if __name__ == "__main__":
    main()
