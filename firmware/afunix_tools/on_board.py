# Runs on the board, sent there by board.py: takes in files over the console.
import io
import os
import sys

import deflate
import micropython

try:
    import vfs
except ImportError:
    vfs = os


def receive(size, window_bits):
    # The console's interrupt character is a byte like any other here.
    data = bytearray(size)
    micropython.kbd_intr(-1)
    try:
        sys.stdout.write("\x06")
        stream = deflate.DeflateIO(sys.stdin.buffer, deflate.RAW, window_bits)
        got = stream.readinto(data) if size else 0
        # The mark of the end is still to be taken in, or the REPL would get it.
        stream.read(1)
    finally:
        micropython.kbd_intr(3)
    if got != size:
        raise OSError("short file")
    return data


class Files:
    # A filesystem of one file, which lies in RAM.
    def __init__(self, name, data):
        self.name = name
        self.data = data

    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def stat(self, path):
        if path.lstrip("/") != self.name:
            raise OSError(2)
        return (0x8000, 0, 0, 0, 0, 0, len(self.data), 0, 0, 0)

    def open(self, path, mode):
        self.stat(path)
        return io.BytesIO(self.data)


def _afunix_load(name, size, window_bits):
    data = receive(size, window_bits)
    sys.modules.pop(name, None)
    vfs.mount(Files(name + ".mpy", data), "/ram")
    sys.path.insert(0, "/ram")
    try:
        return __import__(name)
    finally:
        sys.path.remove("/ram")
        vfs.umount("/ram")


def make_directories(path):
    # All that are named before the last slash.
    for i in range(1, len(path)):
        if path[i] == "/":
            try:
                os.mkdir(path[:i])
            except OSError:
                pass


def is_directory(path):
    return os.stat(path)[0] & 0x4000


def _afunix_save(path, size, window_bits):
    data = receive(size, window_bits)
    make_directories(path)
    with open(path, "wb") as file:
        file.write(data)


def _afunix_sum(path, name=""):
    # Nothing where there is no such file.
    import binascii
    import hashlib

    buffer = bytearray(512)
    total = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while count := file.readinto(buffer):
                total.update(memoryview(buffer)[:count])
    except OSError:
        return
    print(binascii.hexlify(total.digest()).decode(), name)


def _afunix_sums(directory, prefix=""):
    make_directories(directory + "/")
    for name in os.listdir(directory):
        path = directory + "/" + name
        if is_directory(path):
            _afunix_sums(path, prefix + name + "/")
        else:
            _afunix_sum(path, prefix + name)


def _afunix_remove(directory, paths):
    # And the directories that they leave empty.
    for path in paths:
        os.remove(path)
        path = path.rsplit("/", 1)[0]
        while path != directory and not os.listdir(path):
            os.rmdir(path)
            path = path.rsplit("/", 1)[0]
