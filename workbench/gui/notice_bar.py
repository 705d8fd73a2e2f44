"""Notices above the stage: at most two, none of them stops the user."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.icon import icon, picture
from workbench.gui.messages import Notice, sentence

MOST = 2
ICON_PX = 18


class NoticeBar(QWidget):
    """Stacks notices; the newest stands below, the oldest makes room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notices")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(20, 10, 20, 0)
        self._layout.setSpacing(6)
        self._shown: list[NoticeView] = []
        self.hide()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is shown, oldest first."""
        return tuple(view.notice for view in self._shown)

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """Show a notice; one with the same words gives way to it."""
        for view in [view for view in self._shown if view.notice.text == notice.text]:
            self._remove(view)
        while len(self._shown) >= MOST:
            self._remove(self._shown[0])
        view = NoticeView(notice, self)
        view.closing.connect(self.on_closing)
        self._shown.append(view)
        self._layout.addWidget(view)
        self.show()

    @Slot()
    def clear(self) -> None:
        for view in list(self._shown):
            self._remove(view)

    def dismiss(self, topic: str) -> None:
        """Take away what was said about `topic`: it is no longer true. The log keeps it."""
        for view in [view for view in self._shown if view.notice.topic == topic]:
            self._remove(view)

    @Slot()
    def on_closing(self) -> None:
        view = self.sender().parent()
        if view in self._shown:
            self._remove(view)

    def _remove(self, view: NoticeView) -> None:
        self._shown.remove(view)
        self._layout.removeWidget(view)
        view.hide()
        view.deleteLater()
        self.setVisible(bool(self._shown))


class NoticeView(QFrame):
    """One notice with its action."""

    def __init__(self, notice: Notice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = notice
        self.setObjectName("notice")
        self.setProperty("level", notice.level)
        theme.mark(self, "notice")
        self._icon = QLabel()
        self._icon.setFixedSize(QSize(ICON_PX, ICON_PX))
        words = theme.label(sentence(notice.text))
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setObjectName("close_notice")
        close.setIcon(icon("close"))
        close.setAccessibleName(self.tr("Close this notice"))
        close.setToolTip(self.tr("Close; the notice stays in the log"))
        self.closing = close.clicked
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 7, 7, 7)
        layout.setSpacing(10)
        layout.addWidget(self._icon)
        layout.addWidget(words, 1)
        if notice.action is not None:
            button = QPushButton(notice.action_text)
            button.setObjectName("notice_action")
            button.clicked.connect(self.on_action_clicked)
            button.clicked.connect(close.click)
            layout.addWidget(button)
        if notice.details:
            copy = QPushButton(self.tr("Copy details"))
            copy.setObjectName("copy_details")
            copy.setToolTip(self.tr("Copies what a developer needs to find the fault"))
            copy.clicked.connect(self.on_copy_clicked)
            layout.addWidget(copy)
        layout.addWidget(close)
        self.setAccessibleName(notice.text)
        self._draw_icon()

    @Slot()
    def on_action_clicked(self) -> None:
        if self.notice.action is not None:
            self.notice.action()

    @Slot()
    def on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.notice.details)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()

    def _draw_icon(self) -> None:
        tones = theme.tones()
        color = {"info": tones.link, "warn": tones.warn, "error": tones.bad}[self.notice.level]
        self._icon.setPixmap(picture(self.notice.level, ICON_PX, color, self.devicePixelRatioF()))
