"""What messages carry that are queued for a socket: how it goes. With the kernel's lock held; none of it can fail."""

from ..host import const, micropython

_STREAM = const(1)
_ANCILLARY = const(1)  # for Endpoint.attend
_URGENT = const(16)


@micropython.native
def purge(endpoint):
    """Take away what all messages queued for `endpoint` carry."""
    item = endpoint.marks
    endpoint.marks = endpoint.last_mark = None
    while item is not None:
        item.discard()
        item = item.next
    for item in endpoint.ancillary:
        if item is not None:
            item.discard()


@micropython.native
def drain(endpoint, purge=purge):
    """Drop everything queued for `endpoint`, rights and all."""
    purge(endpoint)
    endpoint.flush()
    endpoint.relax(_ANCILLARY | _URGENT)


@micropython.native
def settle_ancillary(endpoint):
    """Let readers take the plain way again where no ancillary data is queued any more."""
    if endpoint.marks is not None:
        return
    if endpoint.kind != _STREAM:
        for item in endpoint.ancillary:
            if item is not None:
                return
    endpoint.relax(_ANCILLARY)
