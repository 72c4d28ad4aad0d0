# ruff: noqa: UP031  (MicroPython runs it too)
"""A picture of the kernel's tables that can be compared: the proof that a call has happened, or changed nothing."""

import view


def picture():
    """All that programs could ever find out of the tables, as a list of tuples: equal where the kernel is the same
    for them, whatever places things have in its memory."""
    order = _Order()
    lines = [("names", tuple(sorted([str(view.named(_name(key))) for key in view.names()])))]
    for fd, description in view.descriptors():
        lines.append(("descriptor", fd, order.of(description)))
    at = 0
    while at < len(order.known):
        lines.append(_portrait(order.known[at], at, order))
        at += 1
    lines.append(("inherited", view.inherited()))
    lines.append(("flocks", tuple([(order.of(held), exclusive) for held, exclusive in view.flocks()])))
    lines.append(("counters",) + tuple(view.counters()))
    lines.append(("strays", len(view.endpoints()) - len(view.unused()) - order.sockets))
    return lines


def _name(key):
    return key[1] if isinstance(key, tuple) else key


class _Order:
    """Numbers for descriptions, in the order in which they are come upon."""

    def __init__(self):
        self.known = []
        self.sockets = 0

    def of(self, description):
        for number in range(len(self.known)):
            if self.known[number] is description:
                return number
        self.known.append(description)
        self.sockets += view.is_kernels(description)
        return len(self.known) - 1


def _portrait(description, number, order):
    if not view.is_socket(description):
        state = view.file_state(description)
        return (number, "object", type(state[0]).__name__) + state[1:]
    ring = view.Ring(description)
    peer = None if description.peer is None else order.of(description.peer)
    waiting = tuple([order.of(pending) for pending in view.pending(description)])
    route = view.route(description)
    return (
        (number, "socket")
        + view.facts(description)
        + (
            ("peer", peer, "waiting", waiting, "route", route and order.of(route)),
            ("queue", ring.returned + ring.data, tuple(ring.lengths()), ring.attention),
            ("senders", tuple(ring.senders())),
            ("cargo", tuple([_cargo(item, order) for item in ring.cargo()])),
            ("marks", tuple([_mark(mark, len(ring.returned), order) for mark in ring.marks()])),
            ("options", view.options(description)),
        )
    )


def _mark(mark, before, order):
    start, end, item = mark
    return before + start, before + end, _cargo(item, order)


def _cargo(item, order):
    if item is None:
        return None
    return item.owner, item.urgent, item.looked_at, tuple([order.of(right) for right in item.rights])


def differences(one, other):
    """What is in one picture and not in the other."""
    found = ["- %r" % (line,) for line in one if line not in other]
    return found + ["+ %r" % (line,) for line in other if line not in one]
