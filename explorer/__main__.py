"""``python -m explorer`` is the same as ``korean-explorer``."""

from explorer.cli import main

if __name__ == "__main__":
    main(prog_name="korean-explorer")
