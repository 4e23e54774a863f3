"""Where numba keeps what it compiles."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from explorer.core import settings
from explorer.core.errors import ExplorerError
from explorer.core.places import cache_path

__all__ = ["compiler", "place_compiled"]


def place_compiled() -> None:
    """Before numba is imported: where the installed code cannot be written, let it keep what it compiles in the home folder.

    numba looks beside the code and in the person's own cache, and gives up where it may write neither (a read-only installation, a
    service without a home). Where the home folder cannot be written either, it compiles for this process alone.
    """
    if os.access(Path(__file__).parent, os.W_OK):
        return
    try:
        folder = cache_path("numba", "x").parent
        if not os.access(folder, os.W_OK):
            raise PermissionError(folder)
    except (OSError, ExplorerError):
        folder = Path(tempfile.mkdtemp(prefix="numba-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings.keep_compiled(str(folder))


def compiler() -> Any:
    """numba, with a place for what it compiles."""
    place_compiled()
    import numba

    return numba
