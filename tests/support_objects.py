"""An object store that speaks like Amazon S3, on loopback, and where its clients are told of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest


def object_store() -> Iterator[str]:
    """The body of a fixture: the address of a store that is stopped afterwards."""
    moto = pytest.importorskip("moto.server")
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


def new_bucket(server: str, monkeypatch: pytest.MonkeyPatch, letter: str, test: str) -> tuple[Any, str]:
    """A client that knows the store by its environment, and a new bucket of a test."""
    import s3fs

    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    system, bucket = s3fs.S3FileSystem(), f"{letter}{abs(hash(test)) % 10**8}"
    system.mkdir(bucket)
    return system, bucket
