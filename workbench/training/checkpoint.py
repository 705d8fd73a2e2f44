"""A training state as named arrays and plain text, without pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

State = dict[str, torch.Tensor]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Everything needed to go on after `epoch`. Randomness is re-derived, so there is none here.

    val_losses holds the validation log loss of every epoch so far; best is the net's state after
    best_epoch (None: the last state is the best).
    """

    epoch: int
    net: State
    optimizer: dict[str, Any]
    best: State | None
    best_epoch: int
    val_losses: tuple[float, ...]

    def to_arrays(self) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
        """Arrays and texts for a safetensors file."""
        arrays = {f"net.{name}": _array(tensor) for name, tensor in self.net.items()}
        if self.best is not None and self.best_epoch != self.epoch:
            arrays |= {f"best.{name}": _array(tensor) for name, tensor in self.best.items()}
        plain: dict[str, Any] = {}
        for index, values in self.optimizer["state"].items():
            for name, value in values.items():
                key = f"optimizer.{index}.{name}"
                if isinstance(value, torch.Tensor):
                    arrays[key] = _array(value)
                elif value is not None:
                    plain[key] = value
        text = {
            "epoch": str(self.epoch),
            "best_epoch": str(self.best_epoch),
            "has_best": json.dumps(self.best is not None),
            "val_losses": json.dumps(self.val_losses),
            "optimizer": json.dumps(plain),
        }
        return arrays, text

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], text: Mapping[str, str]) -> Checkpoint:
        """The inverse of `to_arrays`; the optimiser's groups come from the recipe."""
        state: dict[int, dict[str, Any]] = {}
        entries = {key: _tensor(value) for key, value in arrays.items() if key.startswith("optimizer.")}
        for key, value in (entries | json.loads(text["optimizer"])).items():
            _, index, name = key.split(".", 2)
            state.setdefault(int(index), {})[name] = value
        best = None
        if json.loads(text["has_best"]):
            # The best epoch is often the last one; its weights are not written twice then.
            best = _part(arrays, "net." if text["best_epoch"] == text["epoch"] else "best.")
        return cls(
            epoch=int(text["epoch"]),
            net=_part(arrays, "net."),
            optimizer={"state": state},
            best=best,
            best_epoch=int(text["best_epoch"]),
            val_losses=tuple(json.loads(text["val_losses"])),
        )


def copied(net: nn.Module) -> State:
    """A copy of the net's state on the CPU, which later steps do not touch."""
    return {name: tensor.detach().to("cpu", copy=True) for name, tensor in net.state_dict().items()}


def copied_optimizer(optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """A copy of the optimiser's per-parameter state on the CPU, which later steps do not touch."""
    state = optimizer.state_dict()["state"]
    return {
        "state": {
            index: {
                name: value.detach().to("cpu", copy=True) if isinstance(value, torch.Tensor) else value
                for name, value in values.items()
            }
            for index, values in state.items()
        }
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, saved: Mapping[str, Any]) -> None:
    """Put the saved per-parameter state back; groups stay as built from the recipe."""
    optimizer.load_state_dict(
        {"state": saved["state"], "param_groups": optimizer.state_dict()["param_groups"]}
    )


def _array(tensor: torch.Tensor) -> NDArray[Any]:
    # A zero-dimensional view is not contiguous memory for safetensors.
    return np.ascontiguousarray(tensor.detach().cpu().numpy()).reshape(tuple(tensor.shape))


def _tensor(array: NDArray[Any]) -> torch.Tensor:
    return torch.from_numpy(np.array(array))


def _part(arrays: Mapping[str, NDArray[Any]], prefix: str) -> State:
    return {
        name.removeprefix(prefix): _tensor(array) for name, array in arrays.items() if name.startswith(prefix)
    }
