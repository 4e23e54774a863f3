"""Tokenizers from the Hugging Face hub: only when asked, whole or not at all, and one clear line when it cannot be."""

from __future__ import annotations

from pathlib import Path

from explorer.core import settings
from explorer.core.errors import Unavailable

__all__ = ["HUB_FILES", "hub_file", "hub_reachable"]

HUB_FILES = ("tokenizer.json", "vocab.txt", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model")
"""What may hold a tokenizer, the file that says most first."""

# Whose errors mean the network; the hub's package has changed its client more than once, and not every error is wrapped.
_CLIENTS = ("httpx", "httpcore", "requests", "urllib3")


def hub_file(repository: str) -> Path:
    """The tokenizer file of a hub repository, from the hub's cache or downloaded into it.

    Raises:
        Unavailable: no connection and nothing cached, no such repository, none this person may read, a transfer that broke off, or
            no tokenizer in it that this program can run.
    """
    from huggingface_hub import hf_hub_download, try_to_load_from_cache
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError
    from huggingface_hub.utils.tqdm import disable_progress_bars

    for file in HUB_FILES:
        cached = try_to_load_from_cache(repository, file)
        if isinstance(cached, str):
            return Path(cached)
    if not hub_reachable():
        raise _absent(repository, "huggingface.co cannot be reached")
    disable_progress_bars()  # progress goes through callbacks here, and a tokenizer is small
    for file in HUB_FILES:
        try:
            return Path(hf_hub_download(repository, file))
        except LocalEntryNotFoundError as error:  # an EntryNotFoundError as well, but no connection is what it means
            raise _absent(repository, "huggingface.co did not answer") from error
        except EntryNotFoundError:
            continue
        except Exception as error:
            raise _explained(repository, error) from error
    raise Unavailable("tokenizers.repository_without_tokenizer", repository=repository, files=", ".join(HUB_FILES))


def _absent(repository: str, why: str) -> Unavailable:
    return Unavailable("tokenizers.hub_tokenizer_unavailable", repository=repository, reason=why)


def _explained(repository: str, error: Exception) -> Exception:
    """What a failed download means to a person; an error that is none of the network's, as it is."""
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    if isinstance(error, GatedRepoError):
        return Unavailable("tokenizers.repository_gated", repository=repository)
    if isinstance(error, RepositoryNotFoundError):
        return Unavailable("tokenizers.no_such_repository", repository=repository)
    if isinstance(error, HfHubHTTPError):
        return _absent(repository, f"the hub refused (HTTP {getattr(error.response, 'status_code', 'error')})")
    if isinstance(error, OSError) or type(error).__module__.startswith(_CLIENTS):
        # The client compares the size of what came with what was announced, and keeps no half file under the final name.
        return _absent(repository, f"the transfer broke off ({type(error).__name__})")
    return error


def hub_reachable() -> bool:
    """Whether a connection opens within seconds; the hub client itself would go on trying for minutes."""
    import socket
    from urllib.parse import urlsplit
    from urllib.request import getproxies

    if settings.hub_offline():
        return False
    address = urlsplit(settings.hub_endpoint())
    if address.scheme in getproxies():
        return True  # only the proxy can tell
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((address.hostname or "huggingface.co", port), timeout=5).close()
    except OSError:
        return False
    return True
