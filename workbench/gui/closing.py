"""What happens to a running training when the window is to close: the one question that stops the user."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from workbench.gui.run_controller import RunController


class Closing(QObject):
    """Asks, lets training end as wished, and says when the window may go."""

    may_close = Signal()

    def __init__(self, controller: RunController, window: QWidget) -> None:
        super().__init__(window)
        self._controller = controller
        self._window = window
        self._box: QMessageBox | None = None
        self._leaving = False
        controller.ended.connect(self.on_ended)

    @property
    def must_wait(self) -> bool:
        """Whether training still runs."""
        return self._controller.busy

    def ask(self) -> None:
        """Ask what to do; the answer comes later."""
        if self._box is not None or self._leaving:
            return
        box = QMessageBox(self._window)
        box.setObjectName("close_while_training")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Training is running"))
        box.setText(self.tr("Training is still running."))
        box.setInformativeText(
            self.tr(
                "Pause keeps everything up to the last epoch; "
                "you can go on the next time you open the project."
            )
        )
        self._pause = box.addButton(self.tr("Pause and close"), QMessageBox.ButtonRole.AcceptRole)
        self._stop = box.addButton(self.tr("Stop, keep best, close"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(self.tr("Go on training"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(self._pause)
        box.setEscapeButton(stay)
        box.buttonClicked.connect(self.on_answered)
        self._box = box
        box.open()

    @Slot(QAbstractButton)
    def on_answered(self, button: QAbstractButton) -> None:
        assert self._box is not None
        self._box.deleteLater()
        self._box = None
        if button in (self._pause, self._stop):
            self._leaving = True
            if button is self._pause:
                self._controller.leave()
            else:
                self._controller.stop_and_keep()
            if not self._controller.busy:
                self.may_close.emit()

    @Slot(object)
    def on_ended(self, _end: object) -> None:
        if self._box is not None:
            # There is nothing to ask any more; the window stays, as the user has not answered.
            self._box.close()
            self._box.deleteLater()
            self._box = None
        if self._leaving:
            self.may_close.emit()
