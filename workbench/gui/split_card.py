"""The split as a sentence that the user can edit."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.core.recipe import SplitSettings
from workbench.core.samples import NO_SPLIT, TEST, TRAIN, VAL, Samples, Split
from workbench.gui import theme

EDIT_DELAY_MS = 350  # after the last change, so that typing 15 does not first deal with 1
DEFAULT_PERCENT = (70, 15, 15)
DEFAULT_WITH_TEST = (85, 15, 0)  # the test set is given
LARGEST_SEED = 2**31 - 1


class SplitCard(QFrame):
    """Shares, group and seed in; the sentence and what was found while dealing, out."""

    split_edited = Signal(object)  # SplitSettings
    metadata_chosen = Signal(str)  # path of a CSV

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("split_card")
        theme.mark(self, "card")
        self._settings = SplitSettings()
        self._fixed = False
        self._own_test = False
        self._shares = [self._share(name) for name in ("train", "val", "test")]
        self._group = QComboBox()
        self._group.setObjectName("split_group")
        self._group.setAccessibleName(self.tr("Group"))
        self._group.setToolTip(
            self.tr("A column of your table, for example the patient: no group stands in two splits")
        )
        self._seed = QSpinBox()
        self._seed.setObjectName("split_seed")
        self._seed.setAccessibleName(self.tr("Seed of the split"))
        self._seed.setRange(0, LARGEST_SEED)
        theme.pad(self._seed)
        self._seed.setToolTip(
            self.tr("Another seed deals the pictures differently; the same seed always alike")
        )
        self._table = QPushButton(self.tr("Add a table…"))
        self._table.setObjectName("choose_metadata")
        theme.mark(self._table, "link")
        self._table.setToolTip(
            self.tr(
                "A CSV file with a column path; its other columns, for example the patient, can be grouped by"
            )
        )
        self._use = QPushButton()
        self._use.setObjectName("use_found_table")
        theme.mark(self._use, "link")
        self._use.hide()
        self._found_table = ""
        self._sentence = theme.label("", "muted")
        self._sentence.setObjectName("split_sentence")
        self._leakage = theme.label("")
        self._leakage.setObjectName("split_leakage")
        self._notes = theme.label("", "warn")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(EDIT_DELAY_MS)
        self._lay_out()
        self._timer.timeout.connect(self.on_edit_over)
        for box in (*self._shares, self._seed):
            box.valueChanged.connect(self.on_edited)
        self._group.activated.connect(self.on_edited)
        self._table.clicked.connect(self.on_table_clicked)
        self._use.clicked.connect(self.on_use_clicked)

    def _share(self, name: str) -> QSpinBox:
        box = QSpinBox()
        box.setObjectName(f"share_{name}")
        box.setAccessibleName(self.tr("Share of {split}").format(split=name))
        box.setRange(1 if name == "train" else 0, 100)
        box.setSuffix(" %")
        box.setMinimumWidth(64)
        theme.pad(box)
        return box

    def _lay_out(self) -> None:
        shares = QHBoxLayout()
        shares.setSpacing(8)
        for name, box in zip(("train", "val", "test"), self._shares, strict=True):
            column = QVBoxLayout()
            column.setSpacing(3)
            caption = theme.label(name, "muted")
            caption.setBuddy(box)
            column.addWidget(caption)
            column.addWidget(box)
            shares.addLayout(column, 1)
        rule = QHBoxLayout()
        rule.setSpacing(8)
        for text, box in ((self.tr("kept together"), self._group), (self.tr("seed"), self._seed)):
            column = QVBoxLayout()
            column.setSpacing(3)
            caption = theme.label(text, "muted")
            caption.setBuddy(box)
            column.addWidget(caption)
            column.addWidget(box)
            rule.addLayout(column, 2 if box is self._group else 1)
        head = QHBoxLayout()
        head.addWidget(theme.label(self.tr("Split"), "heading"), 1)
        head.addWidget(self._use)
        head.addWidget(self._table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addLayout(shares)
        layout.addLayout(rule)
        layout.addWidget(self._sentence)
        layout.addWidget(self._leakage)
        layout.addWidget(self._notes)
        layout.addStretch(1)

    @property
    def settings(self) -> SplitSettings:
        return self._settings

    def show_split(self, samples: Samples, split: Split | None, settings: SplitSettings) -> None:
        """Show the rule and what came of it; does not report an edit."""
        self._timer.stop()
        self._settings = settings
        self._fixed = bool((samples.fixed != NO_SPLIT).any()) and bool((samples.fixed == VAL).any())
        self._own_test = bool((samples.fixed == TEST).any())
        self._show_shares(settings, split)
        self._offer_table(samples)
        self._show_groups(samples, settings)
        self._seed.blockSignals(True)
        self._seed.setValue(settings.seed)
        self._seed.blockSignals(False)
        self._sentence.setText(split.sentence if split else self.tr("No split could be made."))
        if split and split.group:
            self._leakage.setText(
                self.tr("{shared} of {groups} groups shared between splits").format(
                    shared=split.shared_groups, groups=split.groups
                )
            )
        else:
            self._leakage.setText(self.tr("Not grouped: pictures of one subject may stand in two splits."))
        theme.mark(self._leakage, "warn" if split and split.shared_groups else "muted")
        self._notes.setText("\n".join(split.notes) if split else "")
        self._notes.setVisible(bool(self._notes.text()))

    def _offer_table(self, samples: Samples) -> None:
        """A table that lies beside the pictures probably says what belongs together."""
        found = [skip.path for skip in samples.skipped if skip.path.endswith(".csv") and "/" not in skip.path]
        self._found_table = str(samples.roots[0] / found[0]) if found and not samples.metadata else ""
        self._use.setText(self.tr("Use {table}").format(table=found[0] if found else ""))
        self._use.setToolTip(
            self.tr("{path}: its columns can say what must not be torn apart").format(path=self._found_table)
        )
        self._use.setVisible(bool(self._found_table))

    def _show_shares(self, settings: SplitSettings, split: Split | None) -> None:
        default = DEFAULT_WITH_TEST if self._own_test else DEFAULT_PERCENT
        wanted = [round(100 * share) for share in settings.fractions] if settings.fractions else list(default)
        fixed = self._fixed or self._own_test
        if fixed and split is not None and len(split.part):
            wanted = [round(100 * len(split.indices(part)) / len(split.part)) for part in (TRAIN, VAL, TEST)]
        reason = self.tr("The folders train, val and test say which picture stands where.") if fixed else ""
        for box, value in zip(self._shares, wanted, strict=True):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
            box.setEnabled(not fixed)
            box.setToolTip(reason or self.tr("Share of all pictures, dealt class by class"))

    def _show_groups(self, samples: Samples, settings: SplitSettings) -> None:
        self._group.clear()
        self._group.addItem(self.tr("nothing"), "")
        for column in samples.metadata:
            self._group.addItem(column, column)
        self._group.setCurrentIndex(max(0, self._group.findData(settings.group)))
        self._group.setEnabled(bool(samples.metadata))
        self._table.setText(self.tr("Other table…") if samples.metadata else self.tr("Add a table…"))
        if not samples.metadata:
            self._group.setToolTip(
                self.tr("Needs a table that says, for example, which patient a picture is of")
            )

    @Slot()
    def on_edited(self) -> None:
        self._balance()
        self._timer.start()

    def _balance(self) -> None:
        """Keep the sum at 100: what is given to one share is taken from the largest other one."""
        changed = self.sender()
        values = [box.value() for box in self._shares]
        surplus = sum(values) - 100
        others = [box for box in self._shares if box is not changed]
        for box in sorted(others, key=lambda box: -box.value()):
            if surplus == 0:
                break
            before = box.value()
            box.blockSignals(True)
            box.setValue(before - surplus)  # the box itself keeps to its bounds
            box.blockSignals(False)
            surplus -= before - box.value()

    @Slot()
    def on_edit_over(self) -> None:
        """Tell what the boxes say, in the recipe's words."""
        fractions = None
        if self._shares[0].isEnabled():
            train, val, test = (box.value() / 100 for box in self._shares)
            if (train, val, test) != tuple(share / 100 for share in DEFAULT_PERCENT):
                fractions = (train, val, test)
        edited = SplitSettings(
            fractions=fractions, group=self._group.currentData() or "", seed=self._seed.value()
        )
        if edited != self._settings:
            self._settings = edited
            self.split_edited.emit(edited)

    @Slot()
    def on_table_clicked(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose a table"), "", self.tr("Tables (*.csv)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.on_table_chosen)
        dialog.open()

    @Slot()
    def on_use_clicked(self) -> None:
        self.metadata_chosen.emit(self._found_table)

    @Slot(str)
    def on_table_chosen(self, file: str) -> None:
        self.metadata_chosen.emit(str(Path(file)))
