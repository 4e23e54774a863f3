"""Every environment variable this program reads, and what it means. Nothing else reads the environment for settings.

``EXPLORER_HOME``         the home folder for models, tokenizers, corpora and caches
``EXPLORER_LANG``         ``ko`` or ``en``: the language of messages in the shell; else the locale decides
``EXPLORER_MIRROR``       where corpora are fetched from instead of their own servers
``EXPLORER_BERT``         checkpoints that are offered by name beside ``mini``, separated like ``PATH``
``EXPLORER_ENCODER``      the encoder that commands and pages open with, instead of ``mini``
``EXPLORER_ALLOW_PATHS``  lets people who use the dashboard open files and hub models by name
``EXPLORER_HOSTS``        names under which the dashboard may be asked for, separated by commas
``EXPLORER_TOKEN``        what one needs to enter the dashboard; set by ``serve`` on addresses that others reach
``EXPLORER_METRICS_TOKEN``  what one needs to read ``/metrics`` of the dashboard, beside the token for all else
``EXPLORER_LOG``          ``json``: the dashboard writes a line of JSON for every request and error
``EXPLORER_PUBLIC``       lets people look only: nothing is added, trained or removed through the dashboard
``EXPLORER_TOGETHER``     has all who share a server work in the home folder itself, instead of each in a workspace of their own
``EXPLORER_PERSON_MB``    how much one person may keep on a server that several share, in MB (2000)
``EXPLORER_UPLOAD_MB``    how large a file the dashboard takes, in MB (500)
``EXPLORER_CACHE_MB``     how much room maps and comparisons of the dashboard may take together, in MB (1000)
``EXPLORER_ANSWERS_MB``   how much memory each process of the dashboard may take for answers that it has given, in MB (16); 0 for none
``EXPLORER_STORE``        an object store that shards of tokens are looked for in and put into as well, such as ``s3://bucket/prefix``
``EXPLORER_CLUSTER``      where the dashboard's jobs have corpora counted and tokenized: ``local:4`` or ``tcp://host:8786``
``EXPLORER_DEBUG``        shows the whole traceback of an error
``NUMBA_CACHE_DIR``       where numba keeps what it compiles, instead of beside the code or in the home folder
``HF_HOME``, ``HF_HUB_CACHE``, ``HF_ENDPOINT``, ``HF_HUB_OFFLINE``  as in the Hugging Face libraries
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "HF_OFFLINE",
    "allow_paths",
    "answers_limit",
    "cluster",
    "debug",
    "default_encoder",
    "home_folder",
    "hosts",
    "hub_cache",
    "hub_endpoint",
    "hub_offline",
    "keep_compiled",
    "language",
    "logs_json",
    "metrics_token",
    "mirror",
    "object_store",
    "offered_checkpoints",
    "person_limit",
    "public",
    "remembered_limit",
    "set_home",
    "set_language",
    "set_public",
    "set_together",
    "together",
    "token",
    "upload_limit",
    "with_search_path",
]

HF_OFFLINE = "HF_HUB_OFFLINE"
_YES = ("1", "true", "yes", "on")


def _get(name: str) -> str:
    return os.environ.get(name, "").strip()


def home_folder() -> Path | None:
    """``EXPLORER_HOME``, where it is set."""
    from explorer.core.paths import expanded

    chosen = os.environ.get("EXPLORER_HOME")
    return expanded(chosen) if chosen else None


def set_home(folder: str) -> None:
    """Choose the home folder for this process and those it starts."""
    os.environ["EXPLORER_HOME"] = folder


def keep_compiled(folder: str) -> None:
    """Have numba, which is not imported yet, keep what it compiles in ``folder``, unless ``NUMBA_CACHE_DIR`` says where."""
    os.environ.setdefault("NUMBA_CACHE_DIR", folder)


def language() -> str:
    """``"ko"`` or ``"en"``: ``EXPLORER_LANG``, else what the locale's variables say, else English."""
    for name in ("EXPLORER_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = _get(name)
        if value:
            return "ko" if value.lower().startswith("ko") else "en"
    return "en"


def set_language(chosen: str) -> None:
    """Choose the language for this process and those it starts."""
    os.environ["EXPLORER_LANG"] = chosen


def mirror() -> str:
    """``EXPLORER_MIRROR``, or nothing."""
    return _get("EXPLORER_MIRROR")


def offered_checkpoints() -> list[str]:
    """The entries of ``EXPLORER_BERT``: folders or hub ids."""
    return [place.strip() for place in _get("EXPLORER_BERT").split(os.pathsep) if place.strip()]


def default_encoder() -> str:
    """``EXPLORER_ENCODER``, else ``mini``."""
    return _get("EXPLORER_ENCODER") or "mini"


def object_store() -> str:
    """``EXPLORER_STORE``, or nothing."""
    return _get("EXPLORER_STORE")


def cluster() -> str | None:
    """``EXPLORER_CLUSTER``, where it is set."""
    return _get("EXPLORER_CLUSTER") or None


def allow_paths() -> bool:
    """Whether ``EXPLORER_ALLOW_PATHS`` says yes."""
    return _get("EXPLORER_ALLOW_PATHS").lower() in _YES


def hosts() -> list[str]:
    """The names of ``EXPLORER_HOSTS``."""
    return [entry.strip() for entry in _get("EXPLORER_HOSTS").split(",") if entry.strip()]


def token() -> str:
    """``EXPLORER_TOKEN``, or nothing."""
    return _get("EXPLORER_TOKEN")


def metrics_token() -> str:
    """``EXPLORER_METRICS_TOKEN``, or nothing."""
    return _get("EXPLORER_METRICS_TOKEN")


def logs_json() -> bool:
    """Whether ``EXPLORER_LOG`` is ``json``."""
    return _get("EXPLORER_LOG").lower() == "json"


def public() -> bool:
    """Whether ``EXPLORER_PUBLIC`` says yes."""
    return _get("EXPLORER_PUBLIC").lower() in _YES


def set_public() -> None:
    """Let people look only, in this process and those it starts."""
    os.environ["EXPLORER_PUBLIC"] = "1"


def together() -> bool:
    """Whether ``EXPLORER_TOGETHER`` says yes."""
    return _get("EXPLORER_TOGETHER").lower() in _YES


def set_together() -> None:
    """Have all who share a server work in the home folder itself, in this process and those it starts."""
    os.environ["EXPLORER_TOGETHER"] = "1"


def person_limit() -> int:
    """Bytes that one person may keep on a server that several share: ``EXPLORER_PERSON_MB`` times 2²⁰, else 2,000 MB.

    Raises:
        BadInput: it is no whole number above 0.
    """
    return _megabytes("EXPLORER_PERSON_MB", "2000")


def upload_limit() -> int:
    """Bytes of the largest file that the dashboard takes: ``EXPLORER_UPLOAD_MB`` times 2²⁰, else 500 MB.

    Raises:
        BadInput: it is no whole number above 0.
    """
    return _megabytes("EXPLORER_UPLOAD_MB", "500")


def answers_limit() -> int:
    """Bytes that the dashboard's maps and comparisons may take on the disk: ``EXPLORER_CACHE_MB`` times 2²⁰, else 1,000 MB.

    Raises:
        BadInput: it is no whole number above 0.
    """
    return _megabytes("EXPLORER_CACHE_MB", "1000")


def remembered_limit() -> int:
    """Bytes of memory for answers that a process of the dashboard has given: ``EXPLORER_ANSWERS_MB`` times 2²⁰, else 16 MB.

    Raises:
        BadInput: it is no whole number.
    """
    return 0 if _get("EXPLORER_ANSWERS_MB") == "0" else _megabytes("EXPLORER_ANSWERS_MB", "16")


def _megabytes(name: str, otherwise: str) -> int:
    value = _get(name) or otherwise
    if not (value.isascii() and value.isdigit() and int(value)):
        from explorer.core.errors import BadInput

        raise BadInput("core.bad_number_setting", name=name, value=value)
    return int(value) << 20


def debug() -> bool:
    """Whether ``EXPLORER_DEBUG`` is set to anything."""
    return bool(os.environ.get("EXPLORER_DEBUG"))


def hub_offline() -> bool:
    """Whether the Hugging Face libraries are told to stay offline."""
    return _get(HF_OFFLINE).lower() in _YES


def hub_endpoint() -> str:
    """The address of the Hugging Face hub."""
    return _get("HF_ENDPOINT") or "https://huggingface.co"


def hub_cache() -> Path:
    """The cache of the Hugging Face libraries, found the way they find it, without importing them."""
    from explorer.core.paths import expanded

    cache = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if cache:
        return expanded(cache)
    base = os.environ.get("HF_HOME")
    if base:
        return expanded(base) / "hub"
    return expanded(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "huggingface" / "hub"


def with_search_path(root: Path) -> dict[str, str]:
    """The environment for a child process that shall import this program from ``root``, and speak UTF-8."""
    path = os.pathsep.join(part for part in (str(root), os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
