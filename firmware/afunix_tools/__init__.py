"""What the command `afunix` is made of: a board on a serial port, the library for it, and what it says of itself.

The rest of firmware/ uses the same modules; these here need no checkout.
"""
