"""The one selection of the window: choose a picture anywhere and every panel follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot


@dataclass(frozen=True, slots=True)
class SampleKey:
    """One picture: the split it stands in, its name in the data set, and where it lies on disk."""

    split: str
    name: str
    file: str


@dataclass(frozen=True, slots=True)
class PictureItem:
    """One picture of a list, with what each shown run says about it.

    predictions: (the run's letter, the class it predicts, whether that is right), in run order.
    """

    name: str
    file: str
    target: str
    split: str
    predictions: tuple[tuple[str, str, bool], ...] = ()

    @property
    def key(self) -> SampleKey:
        return SampleKey(self.split, self.name, self.file)


@dataclass(frozen=True, slots=True)
class PictureList:
    """The pictures behind a number; `title` says which number, `total` of how many they are a part."""

    title: str
    items: Sequence[PictureItem]
    total: int = 0  # 0: not known


class Selection(QObject):
    """Who is selected, and which pictures the gallery strip shows."""

    sample_changed = Signal(object)  # SampleKey | None
    pictures_shown = Signal(object)  # PictureList

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sample: SampleKey | None = None
        self._pictures = PictureList("", ())

    @property
    def sample(self) -> SampleKey | None:
        return self._sample

    @property
    def pictures(self) -> PictureList:
        return self._pictures

    @Slot(object)
    def select_sample(self, sample: SampleKey | None) -> None:
        """Make `sample` the selected one everywhere."""
        if sample != self._sample:
            self._sample = sample
            self.sample_changed.emit(sample)

    @Slot(object)
    def show_pictures(self, pictures: PictureList) -> None:
        """Let the gallery strip show exactly these pictures."""
        self._pictures = pictures
        self.pictures_shown.emit(pictures)
