"""After every scenario of the conformance suite, one after the other, the kernel is as it was when it started."""

import kit

from afunix.kernel import kernel, operation
from afunix.kernel.lock import lock


def run(scripts):
    """Run the cases of `scripts` and look at the kernel after each file. Prints what is left behind."""
    for script in scripts:
        kit.on_afunix(script)
        for what in left():
            print("LEFT", script, what)
    print("RAN", len(scripts))


def left():
    """What is not as in an unused kernel."""
    state = {
        "sockets": kernel.live,
        "names": kernel.bound,
        "descriptors": len([d for d in kernel.descriptors if d is not None]),
        "rights in flight": kernel.in_flight,
        "abandoned descriptors": kernel.to_close,
        "unreleased sockets": int(kernel.dying is not None),
        "objects to close": int(kernel.finished is not None),
        "blocked calls": operation.waiting(),
        "endpoints out of the list of unused ones": len(kernel.endpoints) - _unused(),
        "holder of the lock": int(lock.is_mine()),
        "waiters": _waiters(),
    }
    for endpoint in kernel.endpoints:
        state[f"endpoint {endpoint.index}"] = _used(endpoint)
    return [f"{what}: {state[what]}" for what in state if state[what]]


def _unused():
    count = 0
    endpoint = kernel.unused
    while endpoint is not None:
        count += 1
        endpoint = endpoint.free
    return count


def _waiters():
    if kit.MICROPYTHON:
        return 0  # they poll
    from afunix.host.cpython import waiters

    return waiters.count


def _used(endpoint):
    """The names of what an unused endpoint does not have."""
    used = []
    for name in ("kind", "peer", "out", "address", "pending", "first", "last", "next", "marks", "options", "error"):
        if getattr(endpoint, name):
            used.append(name)
    for name in ("references", "in_flight", "bound", "orphaned", "cargo"):
        if getattr(endpoint, name):
            used.append(name)
    if endpoint.queued() or endpoint.packets():
        used.append("queued")
    if any(item is not None for item in endpoint.ancillary):
        used.append("ancillary")
    return used
