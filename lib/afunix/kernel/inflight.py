"""Collection of sockets that only messages in flight refer to, after Linux's unix_gc.

A socket whose references are all in flight is a candidate. Candidates whose references all come from messages queued
for candidates cannot be reached by any program: nobody will ever receive those messages. A listener's pending
connections count as part of the listener.

What is dropped then are the messages queued for sockets that hold each other in a circle and are held by nothing
else; whatever those held besides is closed like any other socket. The work marks each endpoint with a word, and needs
no help from the collector of the language.
"""

from .connection import drain
from ..data.plane import Endpoint
from .tables import kernel
from .rights import carried

# `unaccounted`: how many references do not come from messages queued for candidates, 0 of what is unreachable; or
_NOT = -1  # no candidate, or found to be reachable
_HOLDER = -2  # unreachable, and holds the one in question


def collect():
    """Drop the messages queued for a circle of unreachable sockets. Called with the kernel's lock held."""
    if not _find_candidates():
        return
    for endpoint in kernel.endpoints:
        if endpoint.unaccounted != _NOT:
            for held in _held_by(endpoint):
                if held.unaccounted != _NOT:
                    held.unaccounted -= 1
    _spread_reachable()
    unreachable = [endpoint for endpoint in kernel.endpoints if endpoint.unaccounted != _NOT]
    if unreachable:
        for endpoint in _circle(unreachable):
            drain(endpoint)
            for pending in _pending(endpoint):
                drain(pending)


def _find_candidates():
    found = False
    for endpoint in kernel.endpoints:
        endpoint.unaccounted = _NOT
        if endpoint.in_flight and endpoint.in_flight == endpoint.references:
            endpoint.unaccounted = endpoint.in_flight
            found = True
    return found


def _spread_reachable():
    """A candidate with a reference from elsewhere is reachable, and so is what its queued messages carry."""
    changed = True
    while changed:
        changed = False
        for endpoint in kernel.endpoints:
            if endpoint.unaccounted > 0:
                endpoint.unaccounted = _NOT
                for held in _held_by(endpoint):
                    if not held.unaccounted:
                        held.unaccounted = 1
                changed = True


def _circle(unreachable):
    """Those that hold each other and are held by nothing else: the fewest that hold any of them."""
    circle = unreachable
    for endpoint in unreachable:
        holders = _holders(endpoint, unreachable)
        if len(holders) < len(circle):
            circle = holders
    return circle


def _holders(endpoint, unreachable):
    """`endpoint` and all whose messages hold it, or hold a holder."""
    for other in unreachable:
        other.unaccounted = 0
    endpoint.unaccounted = _HOLDER
    holders = [endpoint]
    count = 0
    while count < len(holders):
        count = len(holders)
        for other in unreachable:
            if not other.unaccounted and _HOLDER in [held.unaccounted for held in _held_by(other)]:
                other.unaccounted = _HOLDER
                holders.append(other)
    return holders


def _pending(endpoint):
    """The connections that wait to be accepted."""
    found = []
    pending = endpoint.first
    while pending is not None:
        found.append(pending)
        pending = pending.next
    return found


def _held_by(endpoint):
    """The sockets that messages queued for `endpoint` carry."""
    held = []
    for queue in [endpoint] + _pending(endpoint):
        for item in carried(queue):
            held.extend([description for description in item.rights if isinstance(description, Endpoint)])
    return held
