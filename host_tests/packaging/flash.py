"""An image of a Pico's filesystem, made by MicroPython's unix port: to send the same files takes minutes."""

import limited
from conftest import UNIX

# What rp2's _boot.py makes of 1408 KB of flash.
MAKE = """
import os, vfs

class Flash:
    data = bytearray(352 * 4096)

    def readblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        buffer[:] = self.data[at:at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        self.data[at:at + len(buffer)] = buffer

    def ioctl(self, request, argument):
        return {4: 352, 5: 4096}.get(request, 0)

flash = Flash()
vfs.VfsLfs2.mkfs(flash, progsize=256)
vfs.mount(vfs.VfsLfs2(flash, progsize=256), "/flash")
for path in FILES:
    for i in range(len(path)):
        if path[i] == "/":
            try:
                os.mkdir("/flash/" + path[:i])
            except OSError:
                pass
    with open("/flash/" + path, "wb") as there, open(FILES[path], "rb") as here:
        there.write(here.read())
vfs.umount("/flash")
with open(IMAGE, "wb") as image:
    image.write(flash.data)
"""


def make_image(image, files):
    """Write a filesystem that holds `files`, from name on the board to file here, to the file `image`."""
    named = {name: str(path) for name, path in files.items()}
    program = f"FILES = {named!r}\nIMAGE = {str(image)!r}\n{MAKE}"
    done = limited.run([str(UNIX), "-X", "heapsize=16M", "-c", program], 60)
    assert done.returncode == 0, done.stdout
