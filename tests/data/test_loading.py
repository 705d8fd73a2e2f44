"""Streams of pictures and kept arrays."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from workbench.core.errors import DataError, ProjectError
from workbench.core.stopping import Interrupted, Stop
from workbench.data import loading
from workbench.data.images import PictureSpec, read_square
from workbench.data.loading import cached, stream

Paint = Callable[..., Path]
SPEC = PictureSpec(8)


@pytest.fixture
def files(paint: Paint) -> list[Path]:
    return [paint(f"{number}.png", seed=number) for number in range(11)]


def contents_of(files: list[Path]) -> list[str]:
    return [f"{number:032x}" for number, _ in enumerate(files)]


def decoding_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("decode")]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_batches_come_in_the_order_of_the_files(files: list[Path], batch_size: int, threads: int) -> None:
    batches = list(stream(files, SPEC, batch_size, threads))
    assert [len(batch) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1)
    found = np.concatenate(batches)
    assert found.dtype == np.uint8
    assert np.array_equal(found, np.stack([read_square(file, SPEC) for file in files]))


def test_no_files_give_no_batches() -> None:
    assert list(stream([], SPEC, 4)) == []


def test_a_stream_asks_for_at_most_two_batches_ahead(files: list[Path]) -> None:
    class Watched(list[Path]):
        furthest = 0

        def __getitem__(self, part: slice) -> list[Path]:  # type: ignore[override]
            self.furthest = max(self.furthest, part.stop)
            return super().__getitem__(part)

    watched = Watched(files)
    batches = stream(watched, SPEC, 2)
    next(batches)
    assert watched.furthest == 6
    next(batches)
    assert watched.furthest == 8
    batches.close()


def test_a_closed_stream_leaves_no_threads(files: list[Path]) -> None:
    batches = stream(files, SPEC, 1)
    next(batches)
    assert decoding_threads()
    batches.close()
    assert decoding_threads() == []


def test_a_picture_that_fails_now_is_named_and_the_threads_end(files: list[Path]) -> None:
    files[5].write_bytes(files[5].read_bytes()[:60])
    with pytest.raises(DataError, match=r"5\.png: damaged"):
        list(stream(files, SPEC, 4))
    files[5].unlink()
    with pytest.raises(DataError, match=r"5\.png: unreadable: No such file"):
        list(stream(files, SPEC, 4))
    assert decoding_threads() == []


def test_kept_pictures_are_decoded_once(files: list[Path], tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    folder = tmp_path / "cache"
    kept = cached(files, contents_of(files), SPEC, folder, lambda done, total: seen.append((done, total)))
    assert np.array_equal(kept, np.stack([read_square(file, SPEC) for file in files]))
    assert seen[-1] == (11, 11)
    assert [path.suffix for path in folder.iterdir()] == [".pictures"]
    gone = [tmp_path / "moved" / file.name for file in files]
    assert np.array_equal(cached(gone, contents_of(files), SPEC, folder), kept)


def test_other_contents_orders_and_specs_are_kept_apart(files: list[Path], tmp_path: Path) -> None:
    contents = contents_of(files)
    first = np.array(cached(files, contents, SPEC, tmp_path / "cache"))
    reverse = cached(files[::-1], contents[::-1], SPEC, tmp_path / "cache")
    assert np.array_equal(reverse, first[::-1])
    assert cached(files, contents, SPEC.larger(4), tmp_path / "cache").shape == (11, 12, 12, 3)
    assert len(list((tmp_path / "cache").iterdir())) == 3


@pytest.mark.parametrize("harm", ["shortened", "foreign header", "empty"])
def test_a_kept_array_that_does_not_fit_is_written_anew(files: list[Path], tmp_path: Path, harm: str) -> None:
    first = np.array(cached(files, contents_of(files), SPEC, tmp_path / "cache"))
    (place,) = (tmp_path / "cache").iterdir()
    data = place.read_bytes()
    place.unlink()
    place.write_bytes(
        {"shortened": data[:-1], "foreign header": b"x" + bytes(len(data) - 1), "empty": b""}[harm]
    )
    assert np.array_equal(cached(files, contents_of(files), SPEC, tmp_path / "cache"), first)


def test_a_stop_leaves_nothing_half_written(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "WRITE_BATCH", 2)
    with pytest.raises(Interrupted):
        cached(files, contents_of(files), SPEC, tmp_path / "cache", stopped=lambda: Stop.LEAVE)
    assert list((tmp_path / "cache").iterdir()) == []
    assert decoding_threads() == []


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: object, place: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ProjectError, match=r"No space left on device\. Free some space"):
        cached(files, contents_of(files), SPEC, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_kept_pictures_cannot_be_changed_by_accident(files: list[Path], tmp_path: Path) -> None:
    kept = cached(files, contents_of(files), SPEC, tmp_path / "cache")
    with pytest.raises(ValueError, match="read-only"):
        kept[0, 0, 0, 0] = 1
