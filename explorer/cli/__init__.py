"""The command line: one file a noun, no logic; every command parses, calls the library and prints."""

from explorer.cli.group import main

__all__ = ["main"]
