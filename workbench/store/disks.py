"""What kind of disk a project lies on."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

# File systems that reach another computer. SQLite's WAL needs memory shared by all who write, which
# these do not give between computers (sqlite.org/wal.html, "all processes must be on the same host").
_NETWORK = ("nfs", "cifs", "smb", "afp", "9p", "ncp", "webdav", "davfs", "sshfs", "gluster", "ceph", "lustre")


def on_network(folder: Path) -> bool:
    """Whether `folder` lies on a network share."""
    if str(folder).startswith("\\\\"):  # Windows: \\server\share
        return True
    best, shared = "", False
    for disk in psutil.disk_partitions(all=True):
        if len(disk.mountpoint) >= len(best) and _inside(folder, disk.mountpoint):
            kind = disk.fstype.lower().removeprefix("fuse.")
            best, shared = disk.mountpoint, kind.startswith(_NETWORK) or "remote" in disk.opts.split(",")
    return shared


def _inside(folder: Path, mountpoint: str) -> bool:
    return folder == Path(mountpoint) or Path(mountpoint) in folder.parents


def writable(folder: Path, file: Path) -> bool:
    """Whether `file` and new files beside it can be written, as far as permissions tell."""
    return os.access(folder, os.W_OK) and os.access(file, os.W_OK)


def bytes_below(folder: Path) -> int:
    """The size of all files below `folder`; links are not followed."""
    total = 0
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return 0
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                total += bytes_below(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                total += entry.stat(follow_symlinks=False).st_size
        except FileNotFoundError:  # somebody works in the project meanwhile
            continue
    return total
