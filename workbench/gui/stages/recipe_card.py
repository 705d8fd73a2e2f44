"""The recipe as a card: backbone, what learns, heads, augmentation, training."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.recipe import DEFAULT_HEADS, BackboneSettings, PartChoice, Recipe
from workbench.experiment.views import BackboneCard, Catalogue
from workbench.gui import numbers, theme
from workbench.gui.charts.class_bars import scrolled
from workbench.gui.option_form import OptionForm
from workbench.gui.stages.head_rows import Counts, HeadRows

FIRST_TRAINING = ("epochs", "batch_size", "learning_rate", "schedule")
FIRST_BACKBONE = ("image_size", "resize")
REPEATS = (1, 3, 5)
FROZEN_POLICY = "heads_only"
CARD_WIDTH_EM = 31  # wide enough for a head's size in one line


class RecipeCard(QWidget):
    """Edits everything of a recipe but its data and split. `values` is a recipe without them."""

    changed = Signal()

    def __init__(self, catalogue: Catalogue, counts: Counts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._classes = 0
        self._summary = theme.label("", "heading")
        self._note = theme.label("", "muted")
        self._heads = HeadRows(catalogue.heads, counts)
        self._heads.changed.connect(self.on_edited)
        self._heads.show_choices(DEFAULT_HEADS)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(4, 4, 10, 12)
        column.setSpacing(8)
        column.addWidget(self._summary)
        column.addWidget(self._note)
        self._build_backbone(column)
        self._build_policy(column)
        _section(column, self.tr("Heads"))
        column.addWidget(self._heads)
        self._build_training(column)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolled(page))
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("m") * CARD_WIDTH_EM)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._show_backbone()

    def _build_backbone(self, column: QVBoxLayout) -> None:
        _section(column, self.tr("Backbone"))
        self._backbone = QComboBox()
        self._backbone.setObjectName("backbone")
        self._backbone.setAccessibleName(self.tr("Backbone"))
        self._backbone.setToolTip(self.tr("The pretrained network that turns pictures into features"))
        for card in self._catalogue.backbones:
            self._backbone.addItem(self._backbone_line(card), card.name)
            tip = f"{card.source} · {card.licence}" if card.licence else card.source
            self._backbone.setItemData(self._backbone.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._backbone.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._backbone.setMinimumContentsLength(20)
        self._backbone.currentIndexChanged.connect(self.on_backbone_changed)
        self._backbone_note = theme.label("", "muted")
        options = {option.name: option for option in self._catalogue.backbone if option.name != "name"}
        first = [options[name] for name in FIRST_BACKBONE if name in options]
        rest = [option for name, option in options.items() if name not in FIRST_BACKBONE]
        self._backbone_form, self._backbone_more = OptionForm(first), OptionForm(rest)
        self._usual_px = self._suggested_px = options["image_size"].default
        column.addWidget(self._backbone)
        column.addWidget(self._backbone_note)
        column.addWidget(self._backbone_form)
        column.addWidget(Fold(self.tr("Other weights"), self._backbone_more))
        for form in (self._backbone_form, self._backbone_more):
            form.changed.connect(self.on_edited)

    def _backbone_line(self, card: BackboneCard) -> str:
        place = self.tr("packaged") if card.packaged else self.tr("on disk")
        if not card.on_disk:
            place = self.tr("weights missing")
        size = f"{card.weights_mb:.0f}{numbers.NBSP}MB"
        return f"{card.title} · {numbers.brief(card.parameters)} · {size} · {place}"

    def _build_policy(self, column: QVBoxLayout) -> None:
        _section(column, self.tr("What learns"))
        self._policy = QButtonGroup(self)
        self._policy.setExclusive(True)
        self._policy_note = theme.label("", "muted")
        row = QHBoxLayout()
        row.setSpacing(6)
        # The gentlest first: nothing of the backbone, then more and more of it.
        cards = sorted(self._catalogue.policies, key=lambda card: card.name != FROZEN_POLICY)
        for position, card in enumerate(cards):
            button = QPushButton(card.title)
            button.setObjectName(f"policy_{card.name}")
            button.setCheckable(True)
            button.setToolTip(card.summary)
            button.setChecked(card.name == FROZEN_POLICY)
            self._policy.addButton(button, position)
            row.addWidget(button)
        row.addStretch(1)
        self._policies = cards
        self._policy.idToggled.connect(self.on_policy_toggled)
        column.addLayout(row)
        column.addWidget(self._policy_note)

    def _build_training(self, column: QVBoxLayout) -> None:
        options = {option.name: option for option in self._catalogue.training}
        _section(column, self.tr("Training"))
        self._training = OptionForm([options[name] for name in FIRST_TRAINING if name in options])
        rest = [option for name, option in options.items() if name not in FIRST_TRAINING]
        self._training_more = OptionForm(rest)
        column.addWidget(self._training)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(theme.label(self.tr("Train each head")))
        for count in REPEATS:
            button = QPushButton(f"{count}×")
            button.setAccessibleName(self.tr("Train each head with {n} seeds").format(n=count))
            theme.mark(button, "quiet")
            button.setToolTip(self.tr("Other starting points show how much of a difference is luck"))
            button.setObjectName(f"repeat_{count}")
            button.clicked.connect(lambda _checked=False, n=count: self.repeat(n))
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(Fold(self.tr("More about training"), self._training_more))
        _section(column, self.tr("Augmentation"))
        self._augmentation = OptionForm(self._catalogue.augmentation, {"name": self.tr("Random changes")})
        column.addWidget(self._augmentation)
        for form in (self._training, self._training_more, self._augmentation):
            form.changed.connect(self.on_edited)

    # --- in and out

    @property
    def heads(self) -> HeadRows:
        """The list of heads."""
        return self._heads

    @property
    def backbone(self) -> BackboneCard:
        """The chosen backbone."""
        return self._catalogue.backbones[self._backbone.currentIndex()]

    def values(self) -> dict[str, Any]:
        """Plain data of a recipe without name, data and split."""
        backbone = {
            **self._backbone_form.values(),
            **self._backbone_more.values(),
            "name": self.backbone.name,
        }
        return {
            "backbone": backbone,
            "policy": {"name": self._policies[self._policy.checkedId()].name},
            "heads": [{"name": choice.name, **choice.options} for choice in self._heads.choices()],
            "training": {**self._training.values(), **self._training_more.values()},
            "augmentation": self._augmentation.values(),
        }

    def show_recipe(self, recipe: Recipe) -> None:
        """Show a recipe; its data and split are not this card's."""
        backbone = recipe.backbone.model_dump()
        at = self._backbone.findData(recipe.backbone.name)
        self._backbone.setCurrentIndex(at)
        self._backbone_form.show_values(backbone)
        self._backbone_more.show_values(backbone)
        self._show_policy(recipe.policy)
        self._heads.show_choices(recipe.heads)
        training = recipe.training.model_dump(mode="json")
        self._training.show_values(training)
        self._training_more.show_values(training)
        self._augmentation.show_values(recipe.augmentation.model_dump())
        self.on_edited()

    def suggest_image_size(self, size_px: int | None) -> None:
        """Set the size that suits the pictures, or the usual one; a size that the user chose stays."""
        shown = self._backbone_form.values()
        if shown["image_size"] == self._suggested_px:
            self._suggested_px = self._usual_px if size_px is None else size_px
            self._backbone_form.show_values(shown | {"image_size": self._suggested_px})

    def _show_policy(self, policy: PartChoice) -> None:
        names = [card.name for card in self._policies]
        self._policy.button(names.index(policy.name)).setChecked(True)

    def show_classes(self, classes: int) -> None:
        """How many classes the heads tell apart."""
        self._classes = classes
        self._heads.show_size(self.backbone.features, classes)
        self._show_summary()

    def repeat(self, count: int) -> None:
        """Train each head with `count` seeds, from 0 on."""
        values = {**self._training_more.values(), "seeds": list(range(count))}
        self._training_more.show_values(values)
        self.on_edited()

    def missing_weights(self) -> str:
        """Why the chosen backbone cannot be used as it is, or ""."""
        card = self.backbone
        default = BackboneSettings().weights
        if card.on_disk or self._backbone_more.values().get("weights", default) != default:
            return ""
        return self.tr(
            "The weights of {name} are not on this computer. Choose a backbone whose weights are here, or "
            'name a weights file under "Other weights".'
        ).format(name=card.title)

    @Slot(int)
    def on_backbone_changed(self, _index: int) -> None:
        self._show_backbone()
        self.on_edited()

    @Slot(int, bool)
    def on_policy_toggled(self, _id: int, checked: bool) -> None:
        if checked:
            self.on_edited()

    @Slot()
    def on_edited(self) -> None:
        self._show_summary()
        self.changed.emit()

    def _show_backbone(self) -> None:
        card = self.backbone
        parts = [
            self.tr("{n} features").format(n=numbers.whole(card.features)),
            self.tr("{n} GFLOPs a picture").format(n=f"{card.gflops:.2g}"),
            card.licence,
        ]
        self._backbone_note.setText(" · ".join(part for part in parts if part))
        self._backbone_note.setToolTip(card.source)
        self._heads.show_size(card.features, self._classes)
        self._show_summary()

    def _show_summary(self) -> None:
        policy = self._policies[self._policy.checkedId()]
        frozen = policy.name == FROZEN_POLICY
        kind = self.tr("Quick look") if frozen else self.tr("Fine-tuning")
        backbone = self.backbone.title
        if self.backbone.packaged:
            backbone = self.tr("packaged {name}").format(name=backbone)
        state = self.tr("frozen") if frozen else self.tr("learning along")
        heads = " · ".join(self._heads.titles())
        self._summary.setText(
            self.tr("{kind} — {backbone}, {state}; heads: {heads}").format(
                kind=kind, backbone=backbone, state=state, heads=heads
            )
        )
        self._policy_note.setText(policy.summary)
        seeds = len(self._training_more.values().get("seeds") or (0,))
        runs = seeds * len(self._heads.rows)
        text = self.tr("{n} runs of {epochs} epochs") if runs > 1 else self.tr("1 run of {epochs} epochs")
        self._note.setText(text.format(n=runs, epochs=self._training.values().get("epochs", "–")))


class Fold(QFrame):
    """A line that opens and closes what belongs to it."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._button = QToolButton()
        self._button.setText(title)
        self._button.setToolTip(title)
        self._button.setCheckable(True)
        self._button.setArrowType(Qt.ArrowType.RightArrow)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.toggled.connect(self.on_toggled)
        self._content = content
        content.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._button)
        layout.addWidget(content)

    @Slot(bool)
    def on_toggled(self, opened: bool) -> None:
        self._content.setVisible(opened)
        self._button.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)


def _section(column: QVBoxLayout, title: str) -> None:
    column.addSpacing(8)
    column.addWidget(theme.label(f"<b>{title}</b>"))
