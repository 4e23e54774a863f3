"""What persons keep on a server that several share, for who runs it: looked at, given to everybody, removed.

Where it is kept, and what a person sees of it, says :mod:`explorer.core.workspace`. A person has no name here: a workspace is called by an
id, which its person reads on the page of what is saved.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from typing import Any

from explorer.core.errors import BadInput, UnknownName, disk_errors
from explorer.core.saved import KINDS, saved, saved_one
from explorer.core.store import artifact_path, check_target, name_lock
from explorer.core.workspace import in_workspace, people_folder

__all__ = ["Possession", "give_to_all", "people", "possessions", "remove_person"]


@dataclass(frozen=True, slots=True)
class Possession:
    """One artifact of one person: ``kind``, ``name``, ``bytes`` and ``when`` as in :class:`~explorer.core.saved.Saved`."""

    person: str
    kind: str
    name: str
    bytes: int
    when: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def people() -> list[str]:
    """The ids of all workspaces."""
    root = people_folder()
    return sorted(folder.name for folder in root.iterdir() if _is_one(folder.name)) if root.is_dir() else []


def _is_one(name: str) -> bool:
    try:
        with in_workspace(name):
            return bool(name)
    except ValueError:
        return False


def _called(person: str) -> str:
    """The workspace whose id begins so.

    Raises:
        UnknownName: none does.
        BadInput: several do.
    """
    found = [one for one in people() if person and one.startswith(person.lower())]
    if not found:
        raise UnknownName("workspace", person, [one[:8] for one in people()])
    if len(found) > 1:
        raise BadInput("core.several_workspaces", person=person, found=", ".join(found))
    return found[0]


def possessions(person: str | None = None) -> list[Possession]:
    """What persons keep.

    Args:
        person: whose: an id, or how it begins; everybody's by default.

    Raises:
        UnknownName: there is no such workspace.
    """
    found = []
    for one in people() if person is None else [_called(person)]:
        with in_workspace(one):
            own = people_folder() / one
            things = [thing for thing in saved() if own in artifact_path(thing.kind, thing.name).parents]
        found += [Possession(one, thing.kind, thing.name, thing.bytes, thing.when) for thing in things]
    return found


def give_to_all(person: str, kind: str, name: str) -> None:
    """Move an artifact of a person to what everybody has.

    Raises:
        UnknownName: there is no such workspace, or nothing of that kind and name in it.
        BadInput: everybody has something of that name already, or there is no such kind.
    """
    whose = _called(person)
    if kind not in KINDS:
        saved_one(kind, name)  # says so
    theirs = {thing.name for thing in possessions(whose) if thing.kind == kind}
    if name not in theirs:
        raise UnknownName(kind, name, theirs)
    with in_workspace(whose):
        old = artifact_path(kind, name)
    target = artifact_path(kind, name)
    with disk_errors("core.writing", path=target), name_lock(old), name_lock(target):
        check_target(target, overwrite=False)
        target.parent.mkdir(parents=True, exist_ok=True)
        old.rename(target)


def remove_person(person: str) -> str:
    """Delete everything a person keeps; gives the id.

    Raises:
        UnknownName: there is no such workspace.
    """
    whose = _called(person)
    folder = people_folder() / whose
    with disk_errors("core.removing", path=folder):
        shutil.rmtree(folder)
    return whose
