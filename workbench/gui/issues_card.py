"""What is wrong or odd with the pictures, in plain sentences, with the list behind each."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.core.samples import Samples, Skipped
from workbench.gui import theme
from workbench.gui.messages import sentence as full_sentence
from workbench.gui.numbers import whole

TINY_CLASS = 20  # pictures; below, a class's own numbers say little
ROWS_SHOWN = 5000  # of the list of skipped files; the export holds all


def issues_of(samples: Samples) -> tuple[str, ...]:
    """What the user should know of the pictures, most important first; skipped files are told apart."""
    found = list(samples.warnings)
    counts = np.bincount(samples.target, minlength=len(samples.classes))
    tiny = [
        f"{name} ({count})"
        for name, count in zip(samples.classes, counts, strict=True)
        if 0 < count < TINY_CLASS
    ]
    if tiny:
        shown = ", ".join(tiny[:6]) + (" …" if len(tiny) > 6 else "")
        found.append(f"Few pictures, so their numbers will be vague: {shown}")
    return tuple(found)


def skipped_sentence(samples: Samples) -> str:
    """ "7 of 1,240 files were skipped: 4 not pictures, 2 damaged, 1 empty.", or ""."""
    if not samples.skipped:
        return ""
    kinds = Counter(skip.kind for skip in samples.skipped)
    plural = {"not a picture": "not pictures"}
    parts = ", ".join(
        f"{whole(count)} {plural.get(kind, kind) if count > 1 else kind}"
        for kind, count in kinds.most_common()
    )
    total = len(samples) + len(samples.skipped)
    verb = "was" if len(samples.skipped) == 1 else "were"
    return f"{whole(len(samples.skipped))} of {whole(total)} files {verb} skipped: {parts}."


class IssuesCard(QFrame):
    """Sentences about the pictures; the skipped files can be listed and exported."""

    duplicates_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("issues_card")
        theme.mark(self, "card")
        self._skipped: tuple[Skipped, ...] = ()
        self._problem = theme.label("", "bad")
        self._problem.setObjectName("data_problem")
        self._skipped_words = theme.label("")
        self._skipped_words.setObjectName("skipped_sentence")
        self._list = QPushButton(self.tr("Show list"))
        self._list.setObjectName("show_skipped")
        self._export = QPushButton(self.tr("Export list…"))
        self._export.setObjectName("export_skipped")
        self._copies = QPushButton(self.tr("Show copies"))
        self._copies.setObjectName("show_copies")
        for button in (self._list, self._export, self._copies):
            theme.mark(button, "link")
        self._list.setToolTip(self.tr("Which files were not used, and why"))
        self._export.setToolTip(self.tr("Save the list as a CSV file"))
        self._copies.setToolTip(self.tr("Pictures whose file has the same content as another one"))
        self._warnings = theme.label("")
        self._fine = theme.label(self.tr("Nothing to complain about."), "muted")
        self._lay_out()
        self._list.clicked.connect(self.on_list_clicked)
        self._export.clicked.connect(self.on_export_clicked)
        self._copies.clicked.connect(self.duplicates_wanted)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(4)
        for button in (self._list, self._export, self._copies):
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(7)
        layout.addWidget(theme.label(self.tr("Checks"), "heading"))
        for words in (self._problem, self._skipped_words, self._warnings, self._fine):
            layout.addWidget(words)
        layout.addLayout(buttons)
        layout.addStretch(1)

    def show_data(self, samples: Samples, problem: str, copies: int) -> None:
        """Show what is odd about `samples`; `problem` says why training cannot start."""
        self._skipped = samples.skipped
        sentence, issues = skipped_sentence(samples), issues_of(samples)
        for words, text in (
            (self._problem, full_sentence(problem)),
            (self._skipped_words, sentence),
            (self._warnings, "\n".join(issues)),
        ):
            words.setText(text)
            words.setVisible(bool(text))
        self._list.setVisible(bool(sentence))
        self._export.setVisible(bool(sentence))
        self._copies.setVisible(copies > 0)
        self._fine.setVisible(not (sentence or issues or problem))

    @Slot()
    def on_list_clicked(self) -> None:
        SkippedDialog(self._skipped, self).open()

    @Slot()
    def on_export_clicked(self) -> None:
        dialog = QFileDialog(self, self.tr("Export the list of skipped files"), "skipped.csv")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(self.on_export_chosen)
        dialog.open()

    @Slot(str)
    def on_export_chosen(self, file: str) -> None:
        Path(file).write_text(as_csv(self._skipped), encoding="utf-8", newline="")


class SkippedDialog(QDialog):
    """The skipped files as a table."""

    def __init__(self, skipped: tuple[Skipped, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("skipped_dialog")
        self.setWindowTitle(self.tr("Skipped files"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        self.resize(820, 460)
        self._skipped = skipped
        shown = skipped[:ROWS_SHOWN]
        table = QTableWidget(len(shown), 3, self)
        table.setObjectName("skipped_table")
        table.setAccessibleName(self.tr("Skipped files"))
        table.setHorizontalHeaderLabels([self.tr("File"), self.tr("Kind"), self.tr("Reason")])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        for row, skip in enumerate(shown):
            for column, text in enumerate((skip.path, skip.kind, skip.reason)):
                cell = QTableWidgetItem(text)
                cell.setToolTip(text)
                table.setItem(row, column, cell)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        table.setColumnWidth(0, 280)
        table.horizontalHeader().setStretchLastSection(True)
        copy = QPushButton(self.tr("Copy as CSV"))
        copy.clicked.connect(self.on_copy_clicked)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        if len(skipped) > ROWS_SHOWN:
            text = self.tr("The first {shown} of {all} files").format(
                shown=whole(ROWS_SHOWN), all=whole(len(skipped))
            )
            buttons.addWidget(theme.label(text, "muted"), 1)
        buttons.addStretch(1)
        buttons.addWidget(copy)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(table)
        layout.addLayout(buttons)

    @Slot()
    def on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(as_csv(self._skipped))


def as_csv(skipped: tuple[Skipped, ...]) -> str:
    """The list as CSV text with a heading."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("file", "kind", "reason"))
    writer.writerows((skip.path, skip.kind, skip.reason) for skip in skipped)
    return text.getvalue()
