"""`python -m sangbong.cli`: the same entry point, for child processes."""

from sangbong.cli.main import main

main()
