"""Which device and precision carry a run out, and what follows from them."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from workbench.core.errors import RecipeError

Precision = Literal["float32", "bfloat16", "float16"]

# Up to this many multiplications a step, one thread is as fast as all of them, and far faster while other
# programs (or our own window) want a core too: threads that wait for each other at every small operation
# made 10 epochs of three heads take 21 s instead of 2 s on two busy cores.
ONE_THREAD_MULTIPLICATIONS = 2e8

# Forward multiplications that two CPU cores carry through one forward and backward pass in about a
# second (EfficientNet-Lite0 at 224 px: 0.4e9 a picture, 10 to 12 pictures a second).
CPU_STEP_MULTIPLICATIONS = 4e9


@dataclass(frozen=True, slots=True)
class Device:
    """A device with the precision of its forward passes."""

    name: str  # "cpu", "cuda:0 NVIDIA RTX 4070" ...
    torch: torch.device
    precision: Precision

    def autocast(self) -> contextlib.AbstractContextManager[object]:
        """Forward passes inside run in this device's precision."""
        if self.precision == "float32":
            return contextlib.nullcontext()
        return torch.autocast(self.torch.type, dtype=getattr(torch, self.precision))


def choose(device: str, precision: str) -> Device:
    """The device a recipe names; auto takes CUDA, then MPS, then the CPU.

    Raises RecipeError when this computer does not have it.
    """
    name = device
    if device == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if name.startswith("cuda"):
        if not torch.cuda.is_available():
            raise RecipeError(
                f"training.device: {device!r} asks for an NVIDIA GPU, but PyTorch finds none here; "
                "use 'auto' or 'cpu', or check the driver with `workbench doctor`"
            )
        index = int(name.partition(":")[2] or 0)
        if index >= torch.cuda.device_count():
            raise RecipeError(
                f"training.device: there is no {name!r}; this computer has {torch.cuda.device_count()} "
                "GPU(s), counted from cuda:0"
            )
        place = torch.device("cuda", index)
        return Device(
            f"cuda:{index} {torch.cuda.get_device_name(index)}", place, _precision(place, precision)
        )
    if name == "mps" and not torch.backends.mps.is_available():
        raise RecipeError("training.device: 'mps' needs a Mac with Apple silicon; use 'auto' or 'cpu'")
    place = torch.device(name)
    return Device(name, place, _precision(place, precision))


def _precision(place: torch.device, wanted: str) -> Precision:
    if wanted == "auto":
        if place.type != "cuda":
            return "float32"
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
    if wanted == "float16" and place.type == "cpu":
        raise RecipeError(
            "training.precision: float16 does not train on the CPU; use 'auto', 'float32' or 'bfloat16'"
        )
    return wanted  # type: ignore[return-value]


@contextlib.contextmanager
def threads_for(multiplications: float, device: Device) -> Iterator[None]:
    """Inside, PyTorch uses as many CPU threads as such steps are worth: a rule, never a measurement."""
    if device.torch.type != "cpu" or multiplications > ONE_THREAD_MULTIPLICATIONS:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def piece_size(batch_size: int, multiplications: float, net: nn.Module, device: Device) -> int:
    """Samples per piece when a step is split so that Stop is answered within about a second.

    A rule, never a measurement: timing must not decide a result. Batch-norm sees the piece, so a
    piece holds at least two samples where there is batch-norm.
    """
    if device.torch.type != "cpu" or multiplications <= 0:
        return batch_size
    least = 2 if any(isinstance(part, nn.modules.batchnorm._BatchNorm) for part in net.modules()) else 1
    return min(batch_size, max(least, int(CPU_STEP_MULTIPLICATIONS / multiplications)))


def pieces(rows: int, size: int) -> list[slice]:
    """`rows` cut into the fewest nearly equal slices of at most `size`, so that none is left with one row."""
    count = max(1, math.ceil(rows / size))
    edges = [round(rows * k / count) for k in range(count + 1)]
    return [slice(start, end) for start, end in itertools.pairwise(edges)]
