"""A recipe says everything about an experiment; nothing outside it may change a result, except hardware.

It is TOML on disk: `core.recipe_files` reads one, `parse` validates its plain data, `to_toml` writes
the canonical form, in which every default is spelled out. Two recipes are equal when their
canonical forms are.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from typing import Any, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from workbench.core.errors import RecipeError
from workbench.core.options import Options, validated

NOT_YET = {
    "table": "tables of paths and labels come with a later version; arrange the pictures as "
    "one folder per class and use kind = 'folder'",
    "torchvision": "torchvision's own data sets come with a later version; save the pictures as "
    "one folder per class and use kind = 'folder'",
}

MOST_SEED = 2**63 - 1  # TOML's and SQLite's largest whole number


class DataSettings(Options):
    """Where the labelled pictures are."""

    kind: Literal["folder", "sample", "table", "torchvision"] = Field(
        description="folder: pictures in one folder per class. sample: the packaged handwritten digits."
    )
    path: str = Field(
        "",
        validate_default=True,
        description="Folder of pictures, relative to the recipe file. Searched recursively: "
        "<class>/..., or train/ val/ test/ holding classes.",
    )
    test_path: str = Field("", description="Optional folder of test pictures, one folder per class.")
    metadata: str = Field(
        "",
        description="Optional CSV with a column `path` (relative to the CSV); its other columns "
        "become metadata, for example the patient.",
    )

    @field_validator("kind")
    @classmethod
    def _is_built(cls, value: str) -> str:
        if value in NOT_YET:
            raise ValueError(f"{value!r}: {NOT_YET[value]}")
        return value

    @field_validator("path")
    @classmethod
    def _is_named(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("kind") == "folder" and not value:
            raise ValueError("missing; name the folder that holds one folder per class")
        return value

    @model_validator(mode="after")
    def _complete(self) -> DataSettings:
        if self.kind == "sample" and (self.path or self.test_path or self.metadata):
            raise ValueError(
                "kind 'sample' is the packaged set and takes no path, test_path or metadata; "
                "remove them or use kind = 'folder'"
            )
        return self


class SplitSettings(Options):
    """How samples are dealt to training, validation and test."""

    fractions: tuple[float, float, float] | None = Field(
        None,
        description="Shares of train, val and test, stratified by class. Default 0.7, 0.15, 0.15; "
        "with a test set of its own 0.85, 0.15, 0.",
    )
    group: str = Field(
        "",
        description="A metadata column, for example the patient: no group stands in two splits.",
    )
    seed: int = Field(0, ge=0, description="Another seed deals the samples differently.")

    @field_validator("fractions")
    @classmethod
    def _shares(cls, value: tuple[float, float, float] | None) -> tuple[float, float, float] | None:
        if value is None:
            return None
        if any(not 0 <= share <= 1 for share in value) or abs(sum(value) - 1) > 1e-6:
            raise ValueError(f"the three shares must lie from 0 to 1 and add up to 1, got {list(value)}")
        if value[0] == 0:
            raise ValueError("the first share is for training and must be more than 0")
        return value

    @field_validator("seed")
    @classmethod
    def _storable(cls, value: int) -> int:
        if value > MOST_SEED:
            raise ValueError(f"expected at most {MOST_SEED}, got {value}")
        return value


class BackboneSettings(Options):
    """The pretrained network that turns pictures into features."""

    name: str = Field("efficientnet_lite0", description="Which network; `workbench doctor` lists them.")
    weights: str = Field(
        "default",
        description="default: the network's published weights, if they are on disk. none: random "
        "numbers. Or the path of a .pth or .safetensors file.",
    )
    preset: str = Field(
        "",
        description="Whose normalisation a bare weights file follows, as the name of a backbone; "
        "empty: that of the backbone's default weights.",
    )
    image_size: int = Field(
        224,
        ge=16,
        le=2048,
        description="Pictures are brought to this square.",
        json_schema_extra={"unit": "px"},
    )
    resize: Literal["squash", "crop", "pad"] = Field(
        "squash",
        description="How a picture becomes square. squash: stretched. crop: the middle is kept. "
        "pad: black bars.",
    )


class AugmentationSettings(Options):
    """Random changes of the training pictures."""

    name: Literal["none", "flip", "paper_spinal"] = Field(
        "none",
        description="none; flip: mirrored left to right at random; paper_spinal: resized 20 px "
        "larger, rotated by up to 15 degrees, cropped at random, mirrored at random.",
    )
    views: int = Field(
        4,
        ge=1,
        le=64,
        description="With a frozen backbone: how many augmented views of each training picture "
        "are computed in advance.",
    )


class PartChoice(BaseModel):
    """A part chosen by name, with that part's own options beside the name."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str

    @property
    def options(self) -> dict[str, Any]:
        """The options without the name."""
        return dict(self.model_extra or {})


class TrainingSettings(Options):
    """How the trainable part learns."""

    epochs: int = Field(30, ge=1, le=100_000, description="Passes over the training samples.")
    batch_size: int = Field(64, ge=1, le=65_536, description="Samples per optimiser step.")
    optimizer: Literal["sgd", "adam", "adamw"] = Field("adamw", description="The optimiser.")
    learning_rate: float = Field(1e-3, gt=0, le=100, description="Size of the optimiser's steps.")
    weight_decay: float = Field(0.0, ge=0, le=10, description="Pull of the weights towards zero.")
    momentum: float = Field(0.9, ge=0, lt=1, description="Memory of past steps (sgd only).")
    schedule: Literal["constant", "step", "cosine"] = Field(
        "cosine", description="How the learning rate falls over the epochs."
    )
    step_size: int = Field(
        7,
        ge=1,
        description="schedule = step: epochs between two falls.",
        json_schema_extra={"unit": "epochs"},
    )
    gamma: float = Field(0.1, gt=0, le=1, description="schedule = step: factor of each fall.")
    warmup_epochs: int = Field(
        0, ge=0, description="Epochs over which the learning rate first rises linearly."
    )
    class_weights: Literal["none", "balanced"] = Field(
        "none", description="balanced: rare classes weigh more in the loss."
    )
    early_stopping: int = Field(
        0, ge=0, description="Stop after this many epochs without a better validation loss; 0: off."
    )
    keep: Literal["best", "last"] = Field(
        "best",
        description="best: the weights of the epoch with the lowest validation log loss. last: of the last.",
    )
    seeds: tuple[int, ...] = Field(
        (0,), min_length=1, max_length=100, description="Each head is trained once per seed."
    )
    device: str = Field(
        "auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$", description="auto, cpu, mps, cuda or cuda:1."
    )
    precision: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        "auto", description="auto: the best the device does well; float32 on the CPU."
    )

    @field_validator("seeds")
    @classmethod
    def _distinct(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(value)) != len(value):
            raise ValueError(f"each seed may stand here once, got {list(value)}")
        if min(value) < 0 or max(value) > MOST_SEED:
            raise ValueError(f"seeds are whole numbers from 0 to {MOST_SEED}, got {list(value)}")
        return value

    @field_validator("warmup_epochs")
    @classmethod
    def _warm(cls, value: int, info: ValidationInfo) -> int:
        epochs = info.data.get("epochs", value + 1)  # absent: a fault of its own
        if value >= epochs and value > 0:
            raise ValueError(f"must be fewer than epochs ({epochs}), got {value}")
        return value


DEFAULT_HEADS = (
    PartChoice(name="linear"),
    PartChoice(name="mlp"),
    PartChoice(name="spinal_shared"),
)


class Recipe(Options):
    """One experiment: data, split, backbone, heads, policy, training and seeds."""

    name: str = Field("experiment", min_length=1, max_length=200, description="What you call it.")
    data: DataSettings
    split: SplitSettings = SplitSettings()
    backbone: BackboneSettings = BackboneSettings()
    augmentation: AugmentationSettings = AugmentationSettings()
    policy: PartChoice = PartChoice(name="heads_only")
    heads: tuple[PartChoice, ...] = Field(DEFAULT_HEADS, min_length=1, max_length=100)
    training: TrainingSettings = TrainingSettings()

    def canonical(self) -> dict[str, Any]:
        """Plain data with every default spelled out; None is left out, as TOML has no null."""
        data: dict[str, Any] = self.model_dump(mode="json", exclude_none=True)
        return data

    def fingerprint(self) -> str:
        """Hash of the canonical form, 32 hexadecimal digits; the name does not count."""
        data = self.canonical()
        del data["name"]
        text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def to_toml(self) -> str:
        """The canonical form as TOML text."""
        return tomli_w.dumps(self.canonical())


def parse(values: Mapping[str, Any]) -> Recipe:
    """A recipe from plain data; raises RecipeError naming each fault's place and its fix.

    The names and options of heads and policies are the registries' to check: see
    `experiment.recipes`.
    """
    if "data" not in values:
        raise RecipeError(
            "data: missing; say where the pictures are, for example\n"
            '[data]\nkind = "folder"\npath = "pictures"'
        )
    return validated(Recipe, dict(values))


def parse_toml(text: str, origin: str = "recipe") -> dict[str, Any]:
    """TOML text as plain data; raises RecipeError naming `origin` and the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{origin}: not valid TOML: {error}") from None
