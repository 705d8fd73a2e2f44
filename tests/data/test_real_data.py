"""Real folders of pictures: photographs, CT slices with patients, one-bit drawings, small grey pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.core.recipe import DataSettings, SplitSettings
from workbench.core.samples import TEST, TRAIN, VAL, Samples
from workbench.data.images import PictureSpec
from workbench.data.loading import stream
from workbench.data.sources import open_data, training_problem
from workbench.data.splits import deal

pytestmark = pytest.mark.real_data


def opened(folder: Path, **more: Path) -> Samples:
    settings = DataSettings(
        kind="folder", path=str(folder), **{name: str(path) for name, path in more.items()}
    )
    return open_data(settings, sample_home=folder / "unused")


def test_phone_photographs_with_a_test_folder_beside(shared: Path) -> None:
    home = shared / "data" / "clothing"
    samples = opened(home / "train", test_path=home / "test")
    assert (len(samples), len(samples.classes), samples.skipped) == (1245, 10, ())
    split = deal(samples, SplitSettings())
    assert np.bincount(split.part).tolist() == [850, 150, 245]
    assert training_problem(samples, split) == ""


@pytest.mark.parametrize("inside", ["", "train"])
def test_ct_slices_are_split_by_patient(shared: Path, inside: str) -> None:
    home = shared / "data" / "covid_ct"
    samples = opened(home / inside, metadata=home / "groups.csv")
    assert samples.classes == ("CT_COVID", "CT_NonCOVID")
    assert "" not in samples.metadata["group"]
    split = deal(samples, SplitSettings(group="group"))
    assert split.sentence.endswith("0 groups shared")
    if inside:
        assert len(samples) == 425
        assert any("118 of 543 rows name no picture" in warning for warning in samples.warnings)
        shares = [np.bincount(samples.target[split.indices(part)]) for part in (TRAIN, VAL, TEST)]
        assert np.abs(np.array(shares) - np.outer([0.7, 0.15, 0.15], [191, 234])).max() <= 2
    else:
        assert np.bincount(split.part).tolist() == [425, 118]
        assert [(s.path, s.kind) for s in samples.skipped] == [("PROVENANCE.txt", "not a picture")]


def test_one_bit_drawings_decode_to_black_and_white(shared: Path) -> None:
    home = shared / "data" / "omniglot_alphabets"
    samples = opened(home, metadata=home / "groups.csv")
    assert len(samples) == 2720
    assert samples.classes == ("Balinese", "Early_Aramaic", "Greek", "Korean", "Latin")
    assert deal(samples, SplitSettings(group="group")).groups == 20
    (batch,) = stream([samples.file(index) for index in range(16)], PictureSpec(105), 16)
    assert set(np.unique(batch).tolist()) == {0, 255}
    assert batch.mean() > 200  # ink on paper


def test_small_grey_pictures_in_train_and_test_folders(shared: Path) -> None:
    samples = opened(shared / "data" / "fashion_mnist")
    split = deal(samples, SplitSettings())
    assert np.bincount(split.part).tolist() == [2550, 450, 1000]
    assert split.sentence == "train and test as the folders say, val 0.15 of train, stratified, seed 0"
