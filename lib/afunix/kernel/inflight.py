"""Collection of sockets that only messages in flight refer to, after Linux's unix_gc.

A socket whose references are all in flight is a candidate. A circle of candidates that hold each other (a strongly
connected component of "a message queued for A carries B") cannot be reached by any program where all their references
come from within: nobody will ever receive those messages. A listener's pending connections count as part of the
listener. What is dropped are the messages queued for such circles; whatever those held besides is closed like any other
socket.

The work is linear in the sockets and the rights in flight. To look for circles takes memory and changes nothing; where
something stops it, `kernel.suspicious` stays and it is done another time.
"""

from ..host import const, micropython
from .queues import drain
from .release import reap
from .tables import kernel

_STREAM = const(1)
_DONE = const(0x7FFF)  # more than there are sockets
_len = len  # a builtin name is found late


def collect():
    """Drop the messages queued for circles of unreachable sockets. With the kernel's lock held; again, while
    `kernel.suspicious` is set."""
    _drop(_unreachable() if kernel.in_flight else ())


@micropython.native
def _drop(circles):
    if not circles:
        kernel.suspicious = False
    for endpoint in circles:
        drain(endpoint)
    reap()


@micropython.native  # for speed
def _unreachable():
    """The sockets in unreachable circles, with their pending connections."""
    endpoints = kernel.endpoints
    holds = [None] * _len(endpoints)  # by the index of a candidate: the candidates that its messages carry
    candidates = []
    for endpoint in endpoints:
        in_flight = endpoint.in_flight
        if in_flight and in_flight == endpoint.references:
            holds[endpoint.index] = []
            candidates.append(endpoint)
    for endpoint in candidates:
        found = holds[endpoint.index]
        _note_held(endpoint, holds, found)
        pending = endpoint.first
        while pending is not None:
            _note_held(pending, holds, found)
            pending = pending.next
    circle_of = [0] * _len(endpoints)
    circles = _circles(candidates, holds, circle_of)
    left = _outer_references(candidates, holds, circle_of)
    found = []
    for circle in circles:
        if not _any(circle, left):
            for index in circle:
                found.append(endpoints[index])
                pending = endpoints[index].first
                while pending is not None:
                    found.append(pending)
                    pending = pending.next
    return found


@micropython.native  # for speed
def _note_held(queue, holds, found):
    """Add the candidates that the messages queued for `queue` carry."""
    if queue.kind == _STREAM:
        item = queue.marks
        while item is not None:
            _note_rights(item.rights, holds, found)
            item = item.next
    else:
        for item in queue.ancillary:
            if item is not None:
                _note_rights(item.rights, holds, found)


@micropython.native  # for speed
def _note_rights(rights, holds, found):
    for held in rights:
        if held.kind >= 0 and holds[held.index] is not None:
            found.append(held.index)


@micropython.native  # for speed
def _outer_references(candidates, holds, circle_of):
    """By index: how many references a candidate has that are not its own circle's messages'."""
    left = [0] * _len(holds)
    for endpoint in candidates:
        left[endpoint.index] = endpoint.references
    for endpoint in candidates:
        index = endpoint.index
        for held in holds[index]:
            if circle_of[held] == circle_of[index]:
                left[held] -= 1
    return left


@micropython.native  # for speed
def _any(indices, numbers):
    """Is one of those numbers not 0?"""
    for index in indices:
        if numbers[index]:
            return True
    return False


@micropython.native  # for speed
def _circles(candidates, holds, circle_of):
    """The strongly connected components of the graph `holds`: Tarjan's algorithm, without recursion. `circle_of` gets
    the number of each candidate's."""
    numbers = [0] * _len(holds)  # when each was found; 0 before that, _DONE once it is in a component
    lowest = [0] * _len(holds)  # the first that is on the stack and can be reached from it
    count = 0
    stack = [0] * _len(candidates)
    top = 0
    path = [0] * _len(candidates)
    seen = [0] * _len(candidates)  # how many of those that each on the path holds have been looked at
    found = []
    for root in candidates:
        depth = 0
        index = root.index
        if numbers[index]:
            continue
        while True:
            if not numbers[index]:
                count += 1
                numbers[index] = lowest[index] = count
                stack[top] = path[depth] = index
                top += 1
                seen[depth] = 0
            mine = holds[index]
            at = seen[depth]
            if at < _len(mine):
                seen[depth] = at + 1
                held = mine[at]
                number = numbers[held]
                if not number:
                    depth += 1
                    index = held
                elif number < lowest[index]:
                    lowest[index] = number
                continue
            low = lowest[index]
            if low == numbers[index]:
                bottom = _bottom(stack, top, index)
                found.append(stack[bottom:top])
                _settle(found[-1], numbers, circle_of, _len(found))
                top = bottom
            if not depth:
                break
            depth -= 1
            index = path[depth]
            if low < lowest[index]:
                lowest[index] = low
    return found


@micropython.native  # for speed
def _bottom(stack, top, root):
    """Where the component of `root` begins on the stack."""
    top -= 1
    while stack[top] != root:
        top -= 1
    return top


@micropython.native  # for speed
def _settle(circle, numbers, circle_of, number):
    """The component has this number."""
    for index in circle:
        numbers[index] = _DONE
        circle_of[index] = number
