"""Collection of sockets that only messages in flight refer to, after Linux's unix_gc.

A socket whose references are all in flight is a candidate. A circle of candidates that hold each other (a strongly
connected component of "a message queued for A carries B") cannot be reached by any program where all their references
come from within: nobody will ever receive those messages. A listener's pending connections count as part of the
listener. What is dropped are the messages queued for such circles; whatever those held besides is closed like any other
socket.

The work is linear in the sockets and the rights in flight. To look for circles takes memory and changes nothing; where
something stops it, `kernel.suspicious` stays and it is done another time.
"""

from ..host import micropython
from .ancillary import carried
from .release import drain, reap
from .tables import kernel


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


def _unreachable():
    """The sockets in unreachable circles, with their pending connections."""
    holds = {}  # index of a candidate: the candidates that its messages carry
    for endpoint in kernel.endpoints:
        if endpoint.in_flight and endpoint.in_flight == endpoint.references:
            holds[endpoint.index] = []
    for index in holds:
        for queue in _queues(kernel.endpoints[index]):
            for item in carried(queue):
                for held in item.rights:
                    if held.kind >= 0 and held.index in holds:
                        holds[index].append(held.index)
    found = []
    for circle in _circles(holds):
        if _is_closed(circle, holds):
            for index in circle:
                found.extend(_queues(kernel.endpoints[index]))
    return found


def _queues(endpoint):
    """It, and the connections that wait for it to accept them."""
    found = [endpoint]
    pending = endpoint.first
    while pending is not None:
        found.append(pending)
        pending = pending.next
    return found


def _is_closed(circle, holds):
    """Do all references to its members come from messages queued for its members?"""
    counts = dict.fromkeys(circle, 0)
    for index in circle:
        for held in holds[index]:
            if held in counts:
                counts[held] += 1
    for index in circle:
        if counts[index] != kernel.endpoints[index].references:
            return False
    return True


def _circles(holds):
    """The strongly connected components of the graph `holds`: Tarjan's algorithm, without recursion."""
    numbers = {}  # when each was found
    lowest = {}  # the first that is on the stack and can be reached from it
    stack = []
    on_stack = set()
    found = []
    for root in holds:
        if root in numbers:
            continue
        path = [(root, iter(holds[root]))]
        numbers[root] = lowest[root] = len(numbers)
        stack.append(root)
        on_stack.add(root)
        while path:
            index, rest = path[-1]
            held = next(rest, None)
            if held is None:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[index])
                if lowest[index] == numbers[index]:
                    found.append(_popped(stack, on_stack, index))
            elif held not in numbers:
                numbers[held] = lowest[held] = len(numbers)
                stack.append(held)
                on_stack.add(held)
                path.append((held, iter(holds[held])))
            elif held in on_stack:
                lowest[index] = min(lowest[index], numbers[held])
    return found


def _popped(stack, on_stack, root):
    """The part of the stack from `root` on, taken off."""
    part = []
    while True:
        index = stack.pop()
        on_stack.discard(index)
        part.append(index)
        if index == root:
            return part
