"""What the window remembers between two starts: interface state only, never project data."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from workbench.gui.theme import SCHEMES, Scheme

LAYOUT_VERSION = 1  # raised when docks change, so that an older layout is not forced upon new ones
MAX_RECENT = 10


class Settings(QObject):
    """The remembered interface state, kept in the platform's place or in the file `path`."""

    recent_changed = Signal()

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        if path is None:
            self._store = QSettings(self)
        else:
            self._store = QSettings(str(path), QSettings.Format.IniFormat, self)

    @property
    def scheme(self) -> Scheme:
        value = self._store.value("view/scheme", "system")
        return value if value in SCHEMES else "system"

    @scheme.setter
    def scheme(self, value: Scheme) -> None:
        self._store.setValue("view/scheme", value)

    @property
    def geometry(self) -> QByteArray:
        return self._bytes("window/geometry")

    @property
    def layout(self) -> QByteArray:
        """Where docks and toolbars stand; empty when the remembered layout is of another version."""
        return self._bytes(f"window/layout{LAYOUT_VERSION}")

    def keep_window(self, geometry: QByteArray, layout: QByteArray) -> None:
        self._store.setValue("window/geometry", geometry)
        self._store.setValue(f"window/layout{LAYOUT_VERSION}", layout)

    @property
    def recent(self) -> tuple[Path, ...]:
        """Projects opened last, newest first; some may have gone."""
        stored = self._store.value("projects/recent", [])
        texts = (
            [stored] if isinstance(stored, str) else list(stored or [])
        )  # Qt turns a list of one into a text
        return tuple(Path(str(text)) for text in texts if text)

    def add_recent(self, project: Path) -> None:
        """Remember `project` as the newest."""
        others = [path for path in self.recent if path != project]
        self._keep_recent([project, *others][:MAX_RECENT])

    def remove_recent(self, project: Path) -> None:
        self._keep_recent([path for path in self.recent if path != project])

    def text(self, name: str) -> str:
        """A remembered text such as the last used folder, or ""."""
        return str(self._store.value(f"texts/{name}", ""))

    def keep_text(self, name: str, value: str) -> None:
        self._store.setValue(f"texts/{name}", value)

    def sync(self) -> None:
        """Write to disk now."""
        self._store.sync()

    def _keep_recent(self, paths: list[Path]) -> None:
        self._store.setValue("projects/recent", [str(path) for path in paths])
        self.recent_changed.emit()

    def _bytes(self, name: str) -> QByteArray:
        value = self._store.value(name)
        return value if isinstance(value, QByteArray) else QByteArray()
