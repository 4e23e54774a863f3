"""What the container installs is locked, and the locks allow what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
SERVER = ROOT / "docs" / "server"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOCKERFILE = (SERVER / "Dockerfile").read_text(encoding="utf-8")
PYTHON = "3.12"
AGAIN = "run .ci/lock, and .ci/lock --upgrade where that does not help"


def locked(name: str) -> dict[str, tuple[str, list[str]]]:
    """Version and hashes of every package in a lock."""
    text = (SERVER / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = {}
    for pin, *hashes in lines:
        package, _, version = pin.partition("==")
        assert version, f"{pin} has no exact version"
        assert package not in found, f"{package} is locked twice"
        found[package] = (version, hashes)
    return found


RUNNING = locked("requirements.txt")
BUILDING = locked("build.txt")
TORCH = re.search(r"^ARG TORCH=(\S+)$", DOCKERFILE, re.MULTILINE)
assert TORCH, "the Dockerfile says which torch"
VERSIONS = {name: version for name, (version, _) in RUNNING.items()} | {"torch": TORCH[1]}


def environment(machine: str) -> dict[str, str]:
    return {
        "extra": "",
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{PYTHON}.0",
        "python_version": PYTHON,
        "sys_platform": "linux",
    }


def lacking(requirement: str, versions: dict[str, str]) -> Iterator[str]:
    """What a requirement of a package in the image misses in a lock, extras of it aside."""
    asked = Requirement(requirement)
    if asked.marker and not any(asked.marker.evaluate(environment(machine)) for machine in ("x86_64", "aarch64")):
        return
    version = versions.get(canonicalize_name(asked.name))
    if version is None:
        yield f"{requirement}: not locked"
    elif not asked.specifier.contains(version, prereleases=True):
        yield f"{requirement}: locked is {version}"


@pytest.mark.parametrize("lock", [RUNNING, BUILDING], ids=["requirements.txt", "build.txt"])
def test_every_package_has_hashes(lock):
    assert lock
    for name, (_, hashes) in lock.items():
        assert name == canonicalize_name(name)
        assert hashes and all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", text) for text in hashes), name


def test_the_lock_is_what_the_project_asks_for():
    asked = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["bert"]
    assert not [text for requirement in asked for text in lacking(requirement, VERSIONS)], AGAIN


def test_the_lock_builds_the_wheel():
    versions = {name: version for name, (version, _) in BUILDING.items()}
    asked = [*PROJECT["build-system"]["requires"], "setuptools>=77"]
    assert not [text for requirement in asked for text in lacking(requirement, versions)], AGAIN


def test_a_requirement_that_no_lock_meets_is_seen():
    assert list(lacking("numpy<1", VERSIONS)) and list(lacking("nobody-locks-this", VERSIONS))
    assert not list(lacking("nobody-locks-this; sys_platform == 'win32'", VERSIONS))


def test_what_the_locked_packages_ask_for_is_locked_too():
    """Asked of those that are installed here in the very version that is locked."""
    here = {canonicalize_name(found.metadata["Name"]): found for found in metadata.distributions() if found.metadata["Name"]}
    same = [found for name, found in here.items() if VERSIONS.get(name) == found.version.partition("+")[0]]
    missed = {
        f"{found.metadata['Name']}: {text}"
        for found in same
        for requirement in found.requires or ()
        if found.metadata["Name"] != "torch" or "platform_system" not in requirement  # CUDA, which the other index does without
        for text in lacking(requirement, VERSIONS)
    }
    assert not missed, AGAIN


def test_the_locks_are_for_the_image_that_uses_them():
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == [f"python:{PYTHON}-slim"] * 2
    assert re.search(rf"^python={re.escape(PYTHON)}\b", (ROOT / ".ci" / "lock").read_text(encoding="utf-8"), re.MULTILINE)
    installed = re.findall(r"pip (?:install|wheel) [^&\n]+", DOCKERFILE)
    assert sum("--require-hashes" in line for line in installed) == 2
    assert all("--no-deps" in line for line in installed), "nothing is fetched beside what is locked"


def test_what_the_image_copies_is_let_through():
    through = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    copied = {name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()}
    assert copied == through
    assert all((ROOT / name).exists() for name in copied)
