"""How much there may be of everything: what configure() sets."""

LIMITS = {
    # name: (default, least, most)
    "sockets": (16, 2, 1024),
    "ring": (1024, 64, 262144),
    "records": (16, 0, 1024),
    "descriptors": (32, 1, 1024),
    "backlog": (8, 0, 128),
    "names": (16, 1, 1024),
    "rights": (16, 0, 1024),
}


def defaults():
    """The settings that there are without configure()."""
    return {name: LIMITS[name][0] for name in LIMITS}


def check(settings):
    """Raises TypeError for what is no setting or no integer, ValueError for what is out of range."""
    for name in settings:
        if name not in LIMITS:
            raise TypeError("no such setting: " + name)
        value = settings[name]
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(name + " must be an integer")
        least, most = LIMITS[name][1:]
        if not least <= value <= most:
            raise ValueError("%s must be from %d to %d" % (name, least, most))
        if name in ("ring", "records") and value & (value - 1):
            raise ValueError(name + " must be a power of two")
