"""Weights into a network: all of them, or an explanation."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from workbench.backbones.nets.body import Body
from workbench.core.errors import WeightsError


def fit(body: Body, found: Mapping[str, torch.Tensor], file: str, name: str) -> None:
    """Put the tensors `found` in `file` into `body`, the network called `name`.

    Every parameter and buffer is replaced. Raises WeightsError when one is missing, left over or of
    another shape; only the cut-off classifier's may be left over.
    """
    wanted = body.module.state_dict()
    given = {body.renamed(key): key for key in found if not body.classifier.match(key)}
    fault = _first_fault(wanted, given, found)
    if fault:
        fitting = sum(_fits(found[given[key]], tensor) for key, tensor in wanted.items() if key in given)
        verdict = (
            "This looks like weights of another network; choose that network in backbone.name, or another "
            "file in backbone.weights."
        )
        raise WeightsError(
            f"{file} does not fit {name}: {fitting} of {len(wanted)} tensors fit; {fault}. {verdict}"
        )
    ready = {
        key: _converted(found[given[key]], tensor) if key in given else torch.zeros((), dtype=tensor.dtype)
        for key, tensor in wanted.items()
    }
    for key, tensor in ready.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise WeightsError(
                f"{file}: damaged, {given[key]} holds values that are no finite numbers. Copy the file again."
            )
    _put(body.module, ready)


def _first_fault(
    wanted: Mapping[str, torch.Tensor], given: Mapping[str, str], found: Mapping[str, torch.Tensor]
) -> str:
    for key, tensor in wanted.items():
        if key not in given:
            if _is_counter(key):
                continue
            return f"the first that does not: {key} is not in the file"
        if not _fits(found[given[key]], tensor):
            ours, theirs = list(tensor.shape), list(found[given[key]].shape)
            return f"the first that does not: {given[key]} is {theirs} in the file, {ours} in the network"
    left_over = [key for ours, key in given.items() if ours not in wanted]
    if left_over:
        return f"{len(left_over)} more are left over, the first is {left_over[0]}"
    return ""


def _is_counter(key: str) -> bool:
    """Batch-norm's step counter: it changes no answer, and files from before 2018 lack it."""
    return key.endswith("num_batches_tracked")


def _fits(theirs: torch.Tensor, ours: torch.Tensor) -> bool:
    kind = theirs.is_floating_point() == ours.is_floating_point() and not theirs.is_complex()
    return kind and theirs.layout == torch.strided and theirs.shape == ours.shape


def _converted(theirs: torch.Tensor, ours: torch.Tensor) -> torch.Tensor:
    """A copy of its own, as float32 where the file is half precision (Wide ResNet's is)."""
    return theirs.detach().to(dtype=ours.dtype, copy=True).contiguous()


def _put(module: nn.Module, ready: Mapping[str, torch.Tensor]) -> None:
    # Assigned, not copied: a module built on the meta device has no memory to copy into.
    module.load_state_dict(ready, strict=True, assign=True)
    assert not any(tensor.is_meta for tensor in (*module.parameters(), *module.buffers())), "all are there"
