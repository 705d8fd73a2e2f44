#!/usr/bin/env bash
# Sets Workbench up in a fresh checkout and starts it, or runs its tests.
#
#   bash packaging/bootstrap.sh run     the window with the sample project; without a display the demo
#   bash packaging/bootstrap.sh test    the whole test suite
#
# Safe to run twice and side by side: what is there is used. WORKBENCH_VENV names another place for
# the virtual environment, PYTHON another Python. Exit 3: system packages are missing and must be
# installed by hand; the line to do so is printed.
set -euo pipefail

readonly MINIMUM_PYTHON="3.11"
readonly NEEDED_KB=$((7 * 1024 * 1024)) # torch with its libraries, Qt and pip's unpacking: measured 6 GB
readonly LOCK_WAIT_S=1800               # a first installation on a slow line

# What Qt's Essentials load on Debian and Ubuntu, even without a display; a font, or text is boxes.
readonly QT_PACKAGES="libgl1 libegl1 libglib2.0-0 libdbus-1-3 libxkbcommon0 libfontconfig1 libgssapi-krb5-2 fonts-dejavu-core"
# What real windows need on top.
readonly SCREEN_PACKAGES="libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
venv="${WORKBENCH_VENV:-$root/.venv}"
case "$venv" in /*) ;; *) venv="$PWD/$venv" ;; esac
lock="$venv.lock"
lock_folder=""

say() { printf 'workbench: %s\n' "$*"; }

fail() { # status, sentence
    printf 'error: %s\n' "$2" >&2
    exit "$1"
}

usage() {
    fail 2 "say what to do: bash packaging/bootstrap.sh run | test"
}

has_display() {
    [ "$(uname -s)" = Darwin ] || [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]
}

is_debian() { command -v apt-get >/dev/null 2>&1; }

is_root() { [ "$(id -u)" -eq 0 ]; }

# Installs Debian packages as root; anyone else is told the one line to run.
install_packages() { # reason, packages...
    local reason="$1"
    shift
    if ! is_debian; then
        say "$reason. This system has no apt-get; install what these Debian packages hold:"
        say "  $*"
        fail 3 "system packages are missing; install them and run this again"
    fi
    if ! is_root; then
        say "$reason. Run this once, then start again:"
        printf 'sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n' "$*"
        fail 3 "system packages are missing and installing them needs root"
    fi
    say "$reason; installing $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || say "apt-get update failed; trying with the package lists that are there"
    # shellcheck disable=SC2068 # one word per package
    apt-get install -y -qq --no-install-recommends $@ >/dev/null ||
        fail 1 "apt-get could not install: $*. Its own message stands above"
}

# One bootstrap at a time per environment; a second one waits and then finds everything there.
take_lock() {
    mkdir -p "$(dirname "$venv")" 2>/dev/null ||
        fail 1 "cannot create $(dirname "$venv"); set WORKBENCH_VENV to a folder that can be written"
    if [ ! -w "$(dirname "$venv")" ]; then
        # Nothing can be installed, so nothing can be disturbed; what is there may well suffice.
        return 0
    fi
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$lock"
        if ! flock -n 9; then
            say "another set-up of $venv is at work; waiting for it"
            flock -w "$LOCK_WAIT_S" 9 || fail 1 "waited long for another set-up of $venv; try again when it is done"
        fi
    else
        take_lock_folder # macOS has no flock
    fi
}

take_lock_folder() {
    local waited=0 owner
    until mkdir "$lock" 2>/dev/null; do
        owner="$(cat "$lock/pid" 2>/dev/null || true)"
        if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
            rm -rf "$lock" # its owner was killed
            continue
        fi
        [ "$waited" -gt 0 ] || say "another set-up of $venv is at work; waiting for it"
        [ "$waited" -lt "$LOCK_WAIT_S" ] ||
            fail 1 "waited long for another set-up of $venv; if none is running, remove $lock"
        sleep 1
        waited=$((waited + 1))
    done
    lock_folder="$lock"
    echo "$$" >"$lock/pid"
}

release_lock() {
    if [ -n "$lock_folder" ]; then
        rm -rf "$lock_folder"
        lock_folder=""
    else
        exec 9>&-
    fi
}
trap release_lock EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

is_new_enough() { # python
    "$1" -c "import sys; sys.exit(sys.version_info < tuple(map(int, '$MINIMUM_PYTHON'.split('.'))))" 2>/dev/null
}

# The first of PYTHON, python3 and python3.11 to python3.14 that is new enough.
find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 && is_new_enough "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    if ! command -v python3 >/dev/null 2>&1; then
        return 1
    fi
    return 2
}

need_space() {
    local folder free_kb
    folder="$(dirname "$venv")"
    free_kb="$(df -Pk "$folder" 2>/dev/null | awk 'NR == 2 { print $4 }')"
    if [ -n "$free_kb" ] && [ "$free_kb" -lt "$NEEDED_KB" ]; then
        fail 1 "$folder has $((free_kb / 1024 / 1024)) GB free, and the installation needs about $((NEEDED_KB / 1024 / 1024)); free some space or set WORKBENCH_VENV to another disk"
    fi
}

make_venv() {
    local python status=0
    if [ -x "$venv/bin/python" ] && is_new_enough "$venv/bin/python"; then
        return
    fi
    python="$(find_python)" || status=$?
    if [ "$status" -eq 1 ]; then
        install_packages "Python is missing" python3 python3-venv
        python="$(find_python)" || status=2
    fi
    if [ -z "$python" ]; then
        fail 1 "Python $MINIMUM_PYTHON or newer is needed, and this one is $(python3 -c 'import platform; print(platform.python_version())' 2>/dev/null || echo older); install a newer one or set PYTHON to it"
    fi
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        install_packages "Python's venv module is missing" "$(venv_package "$python")"
    fi
    need_space
    say "making the virtual environment $venv with $("$python" --version)"
    # A half-made environment of an earlier attempt is cleared; nothing but an environment ever is.
    local clear=()
    if [ -e "$venv" ]; then
        if [ -n "$(ls -A "$venv" 2>/dev/null)" ] && [ ! -e "$venv/pyvenv.cfg" ]; then
            fail 1 "$venv is there and is no virtual environment; move it away or set WORKBENCH_VENV"
        fi
        clear=(--clear)
    fi
    "$python" -m venv ${clear[@]+"${clear[@]}"} "$venv" ||
        fail 1 "the virtual environment $venv could not be made; the message stands above"
}

venv_package() { # python
    "$1" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])'
}

# What an installation depends on; a matching stamp means that pip has nothing to do.
stamp() { # extras
    "$venv/bin/python" -I - "$root/pyproject.toml" "$root" "$1" <<'PYTHON'
import hashlib, platform, sys
text = open(sys.argv[1], "rb").read()
print(hashlib.sha256(text + "\0".join([platform.python_version(), *sys.argv[2:]]).encode()).hexdigest())
PYTHON
}

# Whether the installed packages already satisfy pyproject.toml, for an environment made by hand.
is_satisfied() { # extras
    "$venv/bin/python" -I - "$root" "$1" <<'PYTHON' 2>/dev/null
import importlib.metadata as metadata, json, pathlib, sys, urllib.parse
try:
    from packaging.requirements import Requirement
except ImportError:
    from pip._vendor.packaging.requirements import Requirement
import tomllib
root, extra = pathlib.Path(sys.argv[1]), sys.argv[2]
project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
wanted = list(project["dependencies"])
if extra:
    wanted += project["optional-dependencies"][extra]
for text in wanted:
    need = Requirement(text)
    if need.marker is None or need.marker.evaluate():
        if not need.specifier.contains(metadata.version(need.name), prereleases=True):
            sys.exit(1)
own = metadata.distribution("workbench")
if own.version != project["version"]:
    sys.exit(1)
url = json.loads(own.read_text("direct_url.json") or "{}")
here = pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(url.get("url", "")).path))
sys.exit(not (url.get("dir_info", {}).get("editable") and here.resolve() == root.resolve()))
PYTHON
}

install_package() { # extras
    local extras="$1" file="$venv/.workbench-${1:-run}" mark
    mark="$(stamp "$extras")"
    if [ "$(cat "$file" 2>/dev/null)" = "$mark" ]; then
        say "everything is installed already in $venv"
        return
    fi
    if is_satisfied "$extras"; then
        say "everything needed is there already in $venv"
    else
        compgen -G "$venv/lib/python*/site-packages/torch/__init__.py" >/dev/null || need_space
        say "installing Workbench and what it needs (about 6 GB; some minutes the first time)"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
            --editable "$root${extras:+[$extras]}" ||
            fail 1 "pip could not install Workbench; its message stands above. Is there a network connection to a Python package index, and space on the disk?"
    fi
    printf '%s\n' "$mark" >"$file"
}

# Really starts Qt without a display; prints what is wrong, or nothing.
qt_fault() {
    local words
    words="$(QT_QPA_PLATFORM=offscreen "$venv/bin/python" -I - 2>&1 <<'PYTHON'
import sys
try:
    from PySide6.QtGui import QFontDatabase, QGuiApplication
    import PySide6.QtNetwork, PySide6.QtSvg, PySide6.QtWidgets
except ImportError as error:
    sys.exit(str(error))
application = QGuiApplication([])
if not QFontDatabase.families():
    sys.exit("no font is installed")
PYTHON
    )" || printf '%s\n' "${words:-it ended without a word}" | tail -n 1
}

# Libraries of real windows that the loader cannot find.
lacks_screen_libraries() {
    "$venv/bin/python" -I - <<'PYTHON'
import ctypes, sys
for name in ("xcb-cursor.so.0", "xkbcommon-x11.so.0", "xcb-icccm.so.4", "xcb-keysyms.so.1", "xcb-shape.so.0"):
    try:
        ctypes.CDLL("lib" + name)
    except OSError:
        sys.exit(0)
sys.exit(1)
PYTHON
}

check_qt() { # whether windows will open
    [ "$(uname -s)" = Linux ] || return 0
    local fault
    fault="$(qt_fault)"
    if [ -n "$fault" ]; then
        # shellcheck disable=SC2086 # one word per package
        install_packages "Qt cannot start ($fault)" $QT_PACKAGES
        fault="$(qt_fault)"
        [ -z "$fault" ] || fail 1 "Qt still cannot start: $fault"
    fi
    if [ "$1" = windows ] && lacks_screen_libraries; then
        # shellcheck disable=SC2086 # one word per package
        install_packages "libraries for windows are missing" $SCREEN_PACKAGES
    fi
}

set_up() { # extras, windows | headless
    take_lock
    make_venv
    install_package "$1"
    check_qt "$2"
    release_lock
}

run() {
    if has_display; then
        set_up "" windows
        say "opening the window with the sample project"
        exec "$venv/bin/python" -m workbench gui --sample
    fi
    set_up "" headless
    say "no display: training the demo instead"
    exec "$venv/bin/python" -m workbench demo
}

run_tests() {
    set_up test headless
    say "running the tests"
    cd "$root"
    # Two workers with one thread each: more threads than cores only fight. A crashed worker must
    # fail the run, not be replaced in silence.
    export QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
    local status=0
    "$venv/bin/python" -m pytest -n 2 --max-worker-restart=0 || status=$?
    [ "$status" -eq 0 ] || fail "$status" "the tests did not all pass; what failed stands above"
    say "all tests passed"
}

[ "$#" -eq 1 ] || usage
case "$1" in
    run) run ;;
    test) run_tests ;;
    *) usage ;;
esac
