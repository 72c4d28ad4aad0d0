"""The data plane: in C where the firmware or the filesystem has it, else in Python. Both keep to one interface."""

try:
    from _afunix import Endpoint, Handle
except ImportError:
    from .endpoint import Endpoint
    from .handle import Handle
