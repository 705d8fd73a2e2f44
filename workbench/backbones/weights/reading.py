"""Tensors out of a weights file, without ever running what it may contain."""

from __future__ import annotations

import json
import pickle
import re
import struct
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from workbench.core.errors import WeightsError

WRAPPERS = ("state_dict", "model_state_dict", "model")  # keys under which training scripts put the tensors
PREFIXES = ("module.", "_orig_mod.")  # what DataParallel and torch.compile put before every name
ZIP, PICKLE = b"PK\x03\x04", b"\x80"

# What torch.load raises on damaged files; found by cutting and flipping bytes of good ones.
_DAMAGE = (
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    MemoryError,
    struct.error,
)


def tensors(path: Path) -> dict[str, torch.Tensor]:
    """The named tensors in the .pth, .pt or .safetensors file at `path`, on the CPU.

    Raises WeightsError for a file that is no weights file, is damaged, or holds more than tensors.
    """
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read: {error.strerror}.") from None
    if not start:
        raise WeightsError(f"{path}: is empty. Copy the weights file again.")
    if start.startswith((ZIP, PICKLE)):
        return _named(_unwrapped(_torch_file(path)), path)
    if start[8:9] == b"{":
        return _named(_safetensors_file(path), path)
    raise WeightsError(f"{path}: is not a weights file. Name a .pth, .pt or .safetensors file.")


def _torch_file(path: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Detected pickle protocol")  # noise before an answer
            return torch.load(path, map_location="cpu", weights_only=True)
    except _DAMAGE as error:
        unsafe = re.search(r"GLOBAL ([\w.]+)", str(error))
        if unsafe is not None:
            raise WeightsError(
                f"{path}: holds Python objects ({unsafe.group(1)}), not only tensors. Opening it could run "
                "code, so it was not opened. Save the state_dict alone, or as .safetensors."
            ) from None
        raise WeightsError(f"{path}: is damaged or not a weights file. Copy it again.") from None
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read: {error.strerror or error}.") from None


def _safetensors_file(path: Path) -> dict[str, torch.Tensor]:
    try:
        return load_file(path, device="cpu")
    except (SafetensorError, json.JSONDecodeError, KeyError):
        raise WeightsError(f"{path}: is damaged or not a weights file. Copy it again.") from None
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read: {error.strerror or error}.") from None


def _unwrapped(loaded: Any) -> Any:
    if isinstance(loaded, Mapping):
        for key in WRAPPERS:
            if isinstance(loaded.get(key), Mapping):
                return loaded[key]
    return loaded


def _named(loaded: Any, path: Path) -> dict[str, torch.Tensor]:
    values = loaded if isinstance(loaded, Mapping) else {}
    found = {key: v for key, v in values.items() if isinstance(key, str) and isinstance(v, torch.Tensor)}
    if not found:
        raise WeightsError(
            f"{path}: holds no named tensors. Save the network's state_dict, for example with "
            "torch.save(net.state_dict(), path)."
        )
    for prefix in PREFIXES:
        if all(name.startswith(prefix) for name in found):
            found = {name.removeprefix(prefix): tensor for name, tensor in found.items()}
    return found
