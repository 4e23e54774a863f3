"""Where things are kept: the home folder, its cache, and folders made on the way to them."""

from __future__ import annotations

from pathlib import Path

from explorer.core.errors import BadInput, disk_errors
from explorer.core.settings import home_folder

__all__ = ["cache_path", "home", "make_folder"]


def home() -> Path:
    """The home folder: ``EXPLORER_HOME`` if set, else the platform's user data folder. Not created by asking.

    Raises:
        BadInput: ``EXPLORER_HOME`` is a file.
    """
    chosen = home_folder()
    if chosen is not None:
        if chosen.is_file():
            raise BadInput("core.home_is_file", path=chosen)
        return chosen
    from platformdirs import user_data_path

    return user_data_path("korean-explorer", appauthor=False)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it. The home folder is made for its owner alone: it holds what people typed.

    One that is there already keeps its permissions: a group may share it on purpose.
    """
    root = home()
    if (folder == root or root in folder.parents) and not root.exists():
        if not root.parent.exists():
            root.parent.mkdir(parents=True, exist_ok=True)
        root.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)


def cache_path(*parts: str) -> Path:
    """A path under the cache of the home folder, its parent folder made."""
    path = home().joinpath("cache", *parts)
    with disk_errors("core.making", path=path.parent):
        make_folder(path.parent)
    return path
