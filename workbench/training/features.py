"""Features of a frozen backbone, computed once per picture content and kept.

One folder per recipe for computing them (weights, preset, resize, view, engine, precision,
decoder); in it shards, each a safetensors file of the contents and their features. What is already
there is read, what is missing is computed and added as a new shard, beside and renamed: two
processes that compute the same pictures at once only do the work twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy
import torch
from numpy.typing import NDArray

from workbench.backbones import Backbone
from workbench.core.errors import ProjectError
from workbench.core.seeds import generator
from workbench.core.stopping import Interrupted, Stop, Stopped, never
from workbench.data import transforms
from workbench.data.images import DECODER, PictureSpec
from workbench.data.loading import stream
from workbench.training.device import Device

# Pictures per forward pass and per shard. A shard is what a stop or a crash can cost.
BATCH = 32
SHARD = 2048

VIEWS_SEED = 0  # the pre-computed views are shared by all runs and seeds


def engine_name() -> str:
    """What computes the features, as recorded with each run."""
    return f"torch {torch.__version__} eager"


@dataclass(frozen=True, slots=True)
class FeatureKey:
    """Everything that decides a picture's features, besides the picture."""

    backbone: str
    weights_sha256: str
    preset: str
    picture: str  # PictureSpec.fingerprint()
    augmentation: str  # "none" for view 0
    view: int
    boundary: str  # "pooled"
    engine: str
    precision: str
    decoder: str

    def folder(self, cache: Path) -> Path:
        """Where the shards of this key lie."""
        text = json.dumps(asdict(self), sort_keys=True)
        return cache / "features" / hashlib.sha256(text.encode()).hexdigest()[:32]


class FeatureStore:
    """Features [N, D] float32 of pictures, by content; with `keep` they are kept in `cache`.

    Without, for a project that cannot be written, what is there is used and the rest computed anew.
    """

    def __init__(self, cache: Path, backbone: Backbone, device: Device, keep: bool = True) -> None:
        self._cache = cache
        self._keep = keep
        self._backbone = backbone
        self._device = device

    def key(self, spec: PictureSpec, augmentation: str, view: int) -> FeatureKey:
        """The key of one view under this store's backbone and device."""
        backbone = self._backbone
        return FeatureKey(
            backbone=backbone.card.name,
            weights_sha256=backbone.weights.sha256 or "none",
            preset=json.dumps([backbone.preset.mean, backbone.preset.std]),
            picture=spec.fingerprint(),
            augmentation=augmentation if view else "none",
            view=view,
            boundary="pooled",
            engine=engine_name(),
            precision=self._device.precision,
            decoder=DECODER,
        )

    def missing(self, contents: Sequence[str], spec: PictureSpec, augmentation: str, view: int) -> int:
        """How many different pictures would have to be computed."""
        known = self._shards(self.key(spec, augmentation, view)).contents()
        return len(set(contents) - known)

    def features(
        self,
        files: Sequence[Path],
        contents: Sequence[str],
        spec: PictureSpec,
        augmentation: str = "none",
        view: int = 0,
        advanced: Callable[[int], None] | None = None,
        stopped: Stopped = never,
    ) -> NDArray[np.float32]:
        """Features [N, D] of `files` in their order; `contents` [N] are their hashes.

        View 0 is the picture as it is. `advanced(n)` is told of each further n pictures computed.
        Raises Interrupted when the caller wants to end; what was computed is kept.
        """
        key = self.key(spec, augmentation, view)
        shards = self._shards(key)
        known = shards.contents()
        wanted: dict[str, Path] = {}
        for file, content in zip(files, contents, strict=True):
            if content not in known:
                wanted.setdefault(content, file)
        new = list(wanted)
        for start in range(0, len(new), SHARD):
            part = new[start : start + SHARD]
            rows = self._compute([wanted[c] for c in part], part, spec, key, advanced, stopped)
            done: list[NDArray[np.float32]] = []
            wish = Stop.NO
            for row in rows:
                done.append(row)
                if (wish := stopped()) is not Stop.NO:
                    break
            finished = sum(map(len, done))
            if finished:
                shards.add(part[:finished], np.concatenate(done), key)
            if wish is not Stop.NO and (finished < len(part) or start + SHARD < len(new)):
                raise Interrupted(wish)
        return shards.gather(contents, self._backbone.features)

    def _shards(self, key: FeatureKey) -> _Shards:
        return _Shards(key.folder(self._cache), self._keep)

    def _compute(
        self,
        files: Sequence[Path],
        contents: Sequence[str],
        spec: PictureSpec,
        key: FeatureKey,
        advanced: Callable[[int], None] | None,
        stopped: Stopped,
    ) -> Iterator[NDArray[np.float32]]:
        module, device = self._backbone.module, self._device
        # Decoded pictures arrive with channels last; convolutions that match read them as they are (measured
        # 2x on two CPU cores).
        module.to(device.torch, memory_format=torch.channels_last).eval()
        margin = transforms.margin_px(key.augmentation)
        decoded = spec.larger(margin) if margin else spec
        start = 0
        for pixels in stream(files, decoded, BATCH):
            batch = torch.from_numpy(pixels).to(device.torch).permute(0, 3, 1, 2)
            if key.view:
                draws = _view_draws(key, contents[start : start + len(pixels)])
                batch = transforms.apply(batch, draws, spec.size_px)
            with torch.inference_mode(), device.autocast():
                features = module(self._backbone.normalised(batch))
            start += len(pixels)
            if advanced is not None:
                advanced(len(pixels))
            yield features.float().cpu().numpy()


def _view_draws(key: FeatureKey, contents: Sequence[str]) -> transforms.Draws:
    """One draw per picture, from its content: the same whatever else is computed with it."""
    single = [
        transforms.draw(
            key.augmentation, 1, generator(VIEWS_SEED, "precomputed view", key.view, int(content[:15], 16))
        )
        for content in contents
    ]
    return transforms.Draws.joined(single)


class _Shards:
    """The files of one key, and what was computed but must not be kept."""

    def __init__(self, folder: Path, keep: bool) -> None:
        self._folder = folder
        self._keep = keep
        self._index: dict[str, tuple[Path, int]] = {}
        self._unkept: dict[str, NDArray[np.float32]] = {}
        for file in sorted(folder.glob("*.safetensors")) if folder.is_dir() else []:
            for row, content in enumerate(_contents_of(file, keep)):
                self._index.setdefault(content, (file, row))

    def contents(self) -> set[str]:
        return set(self._index)

    def add(self, contents: Sequence[str], features: NDArray[np.float32], key: FeatureKey) -> None:
        features = np.ascontiguousarray(features, dtype=np.float32)
        if not self._keep:
            self._unkept.update(zip(contents, features, strict=True))
            return
        digest = hashlib.sha256(features.tobytes()).hexdigest()
        meta = {"key": json.dumps(asdict(key)), "contents": "\n".join(contents), "sha256": digest}
        file = self._folder / f"{uuid.uuid4().hex}.safetensors"
        beside = file.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Not save_file: its own error on a full disk is no OSError.
            beside.write_bytes(safetensors.numpy.save({"features": features}, meta))
            os.replace(beside, file)
        except OSError as error:
            with contextlib.suppress(OSError):  # the first error is the one to tell
                beside.unlink(missing_ok=True)
            raise ProjectError(
                f"features could not be kept in {self._folder}: {error.strerror}. Free some space "
                "or check that the project's folder can be written, then start again"
            ) from None
        for row, content in enumerate(contents):
            self._index.setdefault(content, (file, row))

    def gather(self, contents: Sequence[str], width: int) -> NDArray[np.float32]:
        result = np.empty((len(contents), width), dtype=np.float32)
        by_file: dict[Path, list[tuple[int, int]]] = {}
        for place, content in enumerate(contents):
            if content in self._unkept:
                result[place] = self._unkept[content]
                continue
            file, row = self._index[content]
            by_file.setdefault(file, []).append((place, row))
        for file, pairs in by_file.items():
            places, rows = np.array(pairs, dtype=np.intp).T
            result[places] = _read(file)[rows]
        return result


def _contents_of(file: Path, mend: bool) -> list[str]:
    """The contents a shard holds; one that is torn or altered counts as absent, and `mend` removes it."""
    try:
        with safetensors.safe_open(file, framework="np") as opened:
            meta = opened.metadata() or {}
            features = opened.get_tensor("features")
    except (OSError, safetensors.SafetensorError):
        if mend:
            file.unlink(missing_ok=True)
        return []
    contents = meta.get("contents", "").split("\n")
    intact = len(contents) == len(features) and hashlib.sha256(features.tobytes()).hexdigest() == meta.get(
        "sha256"
    )
    if not intact:
        if mend:
            file.unlink(missing_ok=True)
        return []
    return contents


def _read(file: Path) -> NDArray[np.float32]:
    features: NDArray[np.float32] = safetensors.numpy.load_file(file)["features"]
    return features
