# ruff: noqa: UP031  (MicroPython runs it too)
"""What must hold in the kernel's tables whenever nobody is in the kernel. `broken()` lists what does not."""

import view

IDLE, LISTENING, CONNECTED = 0, 1, 2
STREAM, DGRAM = 1, 2


def broken():
    """What does not hold, each as a line of text."""
    found = ["held: " + name for name in view.held_locks()]
    if found:
        return found
    found += ["left to do: " + what for what in view.unfinished()]
    live = _live(found)
    counted = _references(live, found)
    _names(live, found)
    for endpoint in live:
        where = "endpoint %d" % endpoint.index
        if view.other_end(endpoint) is not None:
            found += [where + ", a pipe: " + what for what in view.wrong_pipe(endpoint)]
            continue
        _connections(endpoint, live, where, found)
        _queues(endpoint, where, found)
        if view.route(endpoint) is not view.right_route(endpoint):
            found.append(where + ": its route is not the one that its state says")
    there = (len(live), counted, len(view.names()), len(view.descriptors()))
    if view.counters() != there:
        found.append("sockets, rights in flight, names and descriptors: counted %s, %s" % (view.counters(), there))
    return found + view.wrong_descriptors()


def _live(found):
    """The endpoints that sockets have; the others must be listed, each once, and be as new."""
    unused = view.unused()
    marks = [0] * len(view.endpoints())
    for endpoint in unused:
        marks[endpoint.index] += 1
    live = []
    for endpoint in view.endpoints():
        times = marks[endpoint.index]
        if not times:
            live.append(endpoint)
        elif times > 1:
            found.append("endpoint %d is listed twice as unused" % endpoint.index)
        elif view.fresh(endpoint) or view.Ring(endpoint).queued or view.Ring(endpoint).remains():
            found.append("endpoint %d is unused and has %s" % (endpoint.index, view.fresh(endpoint)))
    return live


def _references(live, found):
    """Each description's count is that of its descriptors and of the messages that carry it. Returns how many
    references are in flight."""
    held = {}
    flying = {}
    known = {}
    for _, description in view.descriptors():
        held[id(description)] = held.get(id(description), 0) + 1
        known[id(description)] = description
    total = 0
    for endpoint in live:
        for rights in view.carried(endpoint):
            for description in rights:
                total += 1
                flying[id(description)] = flying.get(id(description), 0) + 1
                known[id(description)] = description
    waiting = [pending for endpoint in live for pending in view.pending(endpoint)]
    for endpoint in live:
        known[id(endpoint)] = endpoint
        other = view.other_end(endpoint)
        if other is not None and held.get(id(other), 0) + flying.get(id(other), 0):
            continue  # a pipe, to which somebody writes
        if endpoint not in waiting and not held.get(id(endpoint)) and not flying.get(id(endpoint)):
            found.append("endpoint %d is in use and nobody has it" % endpoint.index)
    for name in known:
        _count(known[name], held.get(name, 0), flying.get(name, 0), live, found)
    return total


def _count(description, held, flying, live, found):
    if view.is_socket(description):
        if view.is_kernels(description) and description not in live:
            found.append("endpoint %d is referred to and unused" % description.index)
            return
        where = "endpoint %d" % description.index
        counts = view.facts(description)[3][:2]
    else:
        where = "an installed object"
        counts = view.file_state(description)[1:3]
    if counts[0] != held + flying or counts[1] != flying:
        wanted = (held + flying, flying)
        found.append("%s: references and those in flight are %s, counted %s" % (where, wanted, tuple(counts[:2])))


def _names(live, found):
    names = view.names()
    for key in names:
        endpoint = names[key]
        if endpoint not in live or not endpoint.bound or view.key_of(endpoint) != key:
            found.append("the name %r is that of a socket without it" % (key,))
    for endpoint in live:
        if endpoint.bound and names.get(view.key_of(endpoint)) is not endpoint:
            found.append("endpoint %d has a name that the registry does not have" % endpoint.index)
    if len(names) > view.limits()["names"]:
        found.append("more names than configured")


def _connections(endpoint, live, where, found):
    peer = endpoint.peer
    if peer is not None and peer not in live:
        found.append(where + ": its peer is closed")
    elif endpoint.kind != DGRAM and endpoint.state == CONNECTED:
        if peer is not None and (peer.peer is not endpoint or peer.state != CONNECTED):
            found.append(where + ": it is not the peer of its peer")
        if peer is None and not endpoint.orphaned:
            found.append(where + ": it is connected to nothing")
    elif endpoint.kind != DGRAM and peer is not None:
        found.append(where + ": it is not connected and has a peer")
    callers = view.callers(endpoint)
    wanted = [other for other in live if other.peer is endpoint and other.kind == DGRAM]
    if callers is None or len(callers) != len(wanted) or [other for other in wanted if other not in callers]:
        found.append(where + ": the list of those that are connected to it is wrong")
    waiting = view.pending(endpoint)
    if endpoint.pending != len(waiting) or (waiting[-1] if waiting else None) is not endpoint.last:
        found.append(where + ": %d connections are counted, %d wait" % (endpoint.pending, len(waiting)))
    for pending in waiting:
        if pending not in live or pending.references or endpoint.state != LISTENING:
            found.append(where + ": what waits to be accepted is no connection")


def _queues(endpoint, where, found):
    ring = view.Ring(endpoint)
    if ring.framed != (endpoint.kind != STREAM) or not 0 <= ring.queued <= ring.size or ring.packets > ring.slots:
        found.append(where + ": its ring makes no sense")
        return
    if ring.framed and sum(ring.lengths()) != ring.queued:
        found.append(where + ": the lengths of its packets are not those of its bytes")
    if ring.attention & (view.NOT_OPEN | view.BUSY):
        found.append(where + ": readers are kept away")
    if ring.tells_of_returned != bool(ring.returned):
        found.append(where + ": readers are told of what was given back, or not, against the truth")
    if ring.remains():
        found.append(where + ": something is left of a packet that was taken")
    _marks(endpoint, ring, where, found)


def _marks(endpoint, ring, where, found):
    at = 0
    urgent = False
    for start, end, item in ring.marks():
        if not at <= start <= end <= ring.queued:
            found.append(where + ": its marks are out of order")
        at = end
        urgent = urgent or item.urgent == 1
    there = any(item is not None for item in ring.cargo()) or bool(ring.marks())
    if there != bool(ring.attention & view.ANCILLARY):
        found.append(where + ": readers are told of ancillary data, or not, against the truth")
    if urgent != bool(ring.attention & view.URGENT):
        found.append(where + ": readers are told of an urgent byte, or not, against the truth")
