"""The program with its window: started, watched, and ended in order."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import QCoreApplication, QLocale, QLoggingCategory, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from workbench import __version__
from workbench.core import places
from workbench.gui import theme
from workbench.gui.icon import application_icon
from workbench.gui.main_window import MainWindow
from workbench.gui.messages import Messages
from workbench.gui.services import Services

log = logging.getLogger(__name__)

LOG_FILE = "window.log"
CRASH_FILE = "crash.txt"


class WarmUp(QObject):
    """Imports what training needs in a plain thread, so that the window appears first."""

    finished = Signal(str)  # the device in words
    failed = Signal(str)  # traceback

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = threading.Thread(target=self._work, name="warm-up")

    @Slot()
    def start(self) -> None:
        self._thread.start()

    def _work(self) -> None:
        try:
            from workbench import experiment

            experiment.warm_up()
            devices = experiment.doctor(None)["devices"]
            # The CPU stands first; whatever comes after it is faster.
            words = str(devices[-1]["name"])
        except Exception:  # shown as a notice: the first training would fail with the same words
            self.failed.emit(traceback.format_exc())
        else:
            self.finished.emit(words)

    def join(self) -> None:
        """Wait for the end: a thread that imports while the interpreter ends aborts the program."""
        if self._thread.ident is not None:
            self._thread.join()


class Faults(QObject):
    """Every exception that nobody caught becomes a notice and a line in the log, never a silent death."""

    _found = Signal(str)

    def __init__(self, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Queued: the exception may come from any thread.
        self._found.connect(messages.bug, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        sys.excepthook = self.on_exception
        threading.excepthook = self.on_thread_exception

    def on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        log.error("an exception that nobody caught\n%s", text)
        self._found.emit(text)

    def on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.on_exception(args.exc_type, args.exc_value, args.exc_traceback)


def name_program() -> None:
    """Names, from which follows where settings are kept, and quiet about oddities in the user's files."""
    QLoggingCategory.setFilterRules("qt.gui.imageio*=false\nqt.gui.icc*=false")
    if QLocale.system().language() == QLocale.Language.C:
        # A machine without a language writes 328450 for 328,450.
        QLocale.setDefault(QLocale(QLocale.Language.English))
    QCoreApplication.setOrganizationName("Workbench")
    QCoreApplication.setApplicationName("Workbench")
    QCoreApplication.setApplicationVersion(__version__)


def open_logs(folder: Path) -> TextIO | None:
    """Write the log, and crash traces, to `folder`; None where that cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(folder / LOG_FILE, encoding="utf-8")
        crash = (folder / CRASH_FILE).open("a", encoding="utf-8")
    except OSError as error:
        log.warning("no log is kept in %s: %s", folder, error.strerror)
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger("workbench").addHandler(handler)
    faulthandler.enable(crash)
    return crash


def main(project: Path | None = None, sample: bool = False) -> int:
    """Show the window, with `project` or the sample pictures open; returns the exit code."""
    name_program()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationDisplayName("Workbench")
    app.setDesktopFileName("workbench")
    app.setWindowIcon(application_icon())
    crash = open_logs(places.log_dir())
    services = Services.create()
    theme.apply(app, services.settings.scheme)
    faults = Faults(services.messages)
    faults.install()
    window = MainWindow(services)
    warm_up = WarmUp()
    warm_up.finished.connect(window.status.show_device)
    warm_up.failed.connect(services.messages.bug)
    window.show()
    if project is not None:
        window.opening.open(project)
    elif sample:
        window.opening.use_sample()
    # After the first paint: importing torch holds the interpreter for a third of a second at a time.
    QTimer.singleShot(0, warm_up.start)
    code = app.exec()
    warm_up.join()
    sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
    if crash is not None:
        faulthandler.disable()
        crash.close()
    return code
