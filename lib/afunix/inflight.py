"""Collection of sockets that only messages in flight refer to, after Linux's unix_gc.

A socket whose references are all in flight is a candidate. Candidates whose references all come from messages queued
for candidates cannot be reached by any program: nobody will ever receive those messages. A listener's pending
connections count as part of the listener. The work needs no memory but a word in each endpoint, and no help from the
collector of the language.
"""

from .connection import drain
from .dataplane import Endpoint
from .kernel import kernel
from .rights import carried

_NOT = -1  # `unaccounted` of what is no candidate, or was found to be reachable


def collect():
    """Drop the messages queued for unreachable sockets. Called with the kernel's lock held."""
    if not _find_candidates():
        return
    for endpoint in kernel.endpoints:
        if endpoint.unaccounted != _NOT:
            _each_carried(endpoint, _account)
    _spread_reachable()
    for endpoint in kernel.endpoints:
        if endpoint.unaccounted != _NOT:
            endpoint.unaccounted = _NOT
            drain(endpoint)
            _each_pending(endpoint, drain)


def _find_candidates():
    found = False
    for endpoint in kernel.endpoints:
        endpoint.unaccounted = _NOT
        if endpoint.in_flight and endpoint.in_flight == endpoint.references:
            endpoint.unaccounted = endpoint.in_flight
            found = True
    return found


def _account(endpoint):
    if endpoint.unaccounted != _NOT:
        endpoint.unaccounted -= 1


def _rescue(endpoint):
    if not endpoint.unaccounted:
        endpoint.unaccounted = 1


def _spread_reachable():
    """A candidate with a reference from elsewhere is reachable, and so is what its queued messages carry."""
    changed = True
    while changed:
        changed = False
        for endpoint in kernel.endpoints:
            if endpoint.unaccounted > 0:
                endpoint.unaccounted = _NOT
                _each_carried(endpoint, _rescue)
                changed = True


def _each_pending(endpoint, act):
    pending = endpoint.first
    while pending is not None:
        act(pending)
        pending = pending.next


def _each_carried(endpoint, act):
    def visit(queue):
        for item in carried(queue):
            for description in item.rights:
                if isinstance(description, Endpoint):
                    act(description)

    visit(endpoint)
    _each_pending(endpoint, visit)
