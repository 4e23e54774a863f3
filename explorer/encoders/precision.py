"""In which numbers a model computes: float32, bfloat16, or linear layers in int8. What comes out of it is float32 always."""

from __future__ import annotations

import warnings
from typing import Any

from explorer.core.errors import BadInput

__all__ = ["DTYPES", "check_dtype", "in_precision"]

DTYPES = ("float32", "bfloat16", "int8")


def check_dtype(dtype: str, device: str) -> str:
    """The dtype itself, if it can be had on the device.

    Raises:
        BadInput: it is unknown, or this device cannot compute with it.
    """
    import torch

    if dtype not in DTYPES:
        raise BadInput("encoders.unknown_dtype", dtype=dtype, choices=", ".join(DTYPES))
    if dtype == "int8":
        if torch.device(device).type != "cpu":
            raise BadInput("encoders.int8_needs_cpu", device=device)
        if not [engine for engine in torch.backends.quantized.supported_engines if engine != "none"]:
            raise BadInput("encoders.no_quantized_engine")
    if dtype == "bfloat16":
        try:
            probe = torch.ones(2, 2, dtype=torch.bfloat16, device=device)
            probe @ probe
        except (RuntimeError, TypeError) as error:
            raise BadInput("encoders.bfloat16_unsupported", device=device) from error
    return dtype


def in_precision(model: Any, dtype: str, name: str) -> Any:
    """The model computing in a dtype; its own layers are changed.

    int8 is torch's dynamic quantization: weights of linear layers are kept as bytes with one scale a layer, activations become
    bytes batch by batch. Embeddings, normalisation and a head on top stay float32.

    Args:
        model: a transformers model in float32, on its device.
        dtype: what :func:`check_dtype` let pass.
        name: the model's, for messages.

    Raises:
        BadInput: the model has nothing that int8 could hold, or torch no longer offers it.
    """
    import torch

    if dtype == "float32":
        return model.float()
    if dtype == "bfloat16":
        return model.to(torch.bfloat16)
    body = model.base_model
    if not any(type(layer) is torch.nn.Linear for layer in body.modules()):
        raise BadInput("encoders.no_linear_layers", model=name)
    try:
        from torch.ao.quantization import quantize_dynamic
    except ImportError as error:
        raise BadInput("encoders.int8_removed") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is to move to another package, but is here and works
        quantize_dynamic(body, {torch.nn.Linear}, dtype=torch.qint8, inplace=True)
    return model
