# ruff: noqa: UP031, B904  (MicroPython runs it too)
"""Sweeps: every call of the scenarios with a fault at its first place, at its second, and so on, until it ends before
the fault comes. After each, the call has happened or changed nothing, and nothing is lost.

    interrupt   KeyboardInterrupt at each place where MicroPython looks for it
    line, opcode  the same at each line and each opcode of afunix on CPython
    callback    there runs a callback that closes another socket and makes control calls
    closing     there runs a callback that closes the very sockets of the call
    memory      one allocation fails
    heap        so do all that follow
    collect     the collector runs before an allocation (CPython: at a line) and finds sockets that were dropped

Each scenario is swept in a child of a process that has done nothing yet. A child that found a fault ends, and another
goes on behind that place. On CPython some kinds of fault are tried in a sample of the places; SWEEPS=all in the
environment says all places, SWEEPS=a number another sample.
"""

import gc
import sys

import invariants
import view
from picture import differences, picture
from scenario import scenarios
from world import FIRST, LAST, SETTINGS, Witnesses, World, plain, sockets_in

import afunix

MICROPYTHON = sys.implementation.name == "micropython"
if MICROPYTHON:
    import board_faults as faults
else:
    import cpython_faults as faults

# Numbers that a child shares with its parent.
_PLACE, _LAST_PLACE, _STRUCK = 0, 1, 2
_DONE, _FAULT = 0, 1
_EBADF = 9
_EDEADLK = 35
# What comes of a fault itself.
_INJECTED = (KeyboardInterrupt, MemoryError)
_INTERRUPTS = ("interrupt", "line", "opcode")
_ALLOCATIONS = ("memory", "heap")
_CALLBACKS = ("callback", "closing")
_ENOUGH = 50000
_UNCOLLECTED = 6  # places between two collections
_WORDS = 400  # how much a fault may say


class Fault(Exception):
    """Something is wrong after a fault."""


class Sweep:
    """One scenario under one kind of fault."""

    def __init__(self, scenario, kind):
        self.scenario = scenario
        self.kind = kind
        self._witnesses = Witnesses()
        self._spare = ()
        self._refused = []
        self._past = False
        self._uncollected = 0
        gc.disable()
        if not MICROPYTHON:
            gc.freeze()  # what is there already is none of the collector's business
        self._base = picture()
        self._reference()

    def _reference(self):
        """What there is before and after the call where nothing comes in between."""
        for _ in range(2):  # the first time modules are loaded
            world, call = self._set_up()
            first = self._attempt(world, call, 0)
            self._clear(world)
        world, call = self._set_up()
        self._arrive(world)
        self._drop_spare()
        self._before = self._picture(world)
        self._clear(world)
        world, call = self._set_up()
        second = self._attempt(world, call, 0)
        self._answer = self._outcome(second, world)
        if self._answer[0] is not None and not issubclass(self._answer[0], OSError):
            raise Fault("without a fault: " + second.text)
        self._after = self._settled(world)
        self._dropped = self._without_answer(world)
        self._clear(world)
        self.places = second.places
        if first.kind is not second.kind:
            raise Fault("it is not the same twice: %s %s" % (first.text, second.text))

    def _without_answer(self, world):
        """The picture once nobody has the call's answer any more."""
        world.answer = None
        if not MICROPYTHON:
            faults.collect()
            return self._picture(world)
        return None

    # one place

    def strike(self, k):
        """The fault at place k. Did it come? Raises Fault where something is wrong afterwards."""
        world, call = self._set_up()
        result = self._attempt(world, call, k)
        try:
            if not MICROPYTHON or self.kind != "heap" or result.struck:
                self._judge(world, call, result)
            self._clear(world)
            if MICROPYTHON or not self._uncollected or not result.struck:
                self._capacity()
        except Fault as fault:
            faults.share(_STRUCK, result.struck)
            raise Fault("%s [%s at %s]" % (str(fault)[:_WORDS], result.text, result.where))
        return result.struck

    def _set_up(self):
        self._collect_sometimes()
        if self.kind in ("callback", "collect"):
            self._spare = self._witnesses.spare()
        world = World()
        call = self.scenario.set_up(world)
        return world, call

    def _collect_sometimes(self):
        """In a call it would come at another place each time, and call finalisers there."""
        self._uncollected += 1
        if self._uncollected > _UNCOLLECTED:
            self._uncollected = 0
            faults.collect()

    def _attempt(self, world, call, k):
        """The call with a fault at place k, and what it waits for."""
        callback = None
        if self.kind == "callback":
            callback = self._close_spare
        elif self.kind == "closing":
            callback = self._closer(world.sockets)
        self._refused.clear()
        arrival = world.arrival
        if arrival is not None:
            faults.expect(self._arrival_of(world))
        if self.kind == "collect":
            self._drop_spare()
        if not MICROPYTHON and self.kind == "collect":
            callback = _collect
        result = faults.strike(world, call, self.kind, k, callback)
        self._past = world.closed
        faults.expect_no_more()
        faults.after_callbacks()
        if self.kind == "callback" and not result.struck:
            self._close_spare(None)
        return result

    def _arrival_of(self, world):
        """What is to happen while the call waits. Behind another callback it may come upon the lock: then it comes
        again."""

        def arrive(_):
            faults.hold(True)
            arrival = world.arrival
            try:
                self._arrive(world)
            except OSError as failure:
                if failure.errno != _EDEADLK:
                    raise
                world.arrival = arrival
                faults.expect(arrive)
            faults.hold(False)

        return arrive

    def _arrive(self, world):
        arrival, world.arrival = world.arrival, None
        if arrival is not None:
            arrival()

    def _drop_spare(self):
        """Leave the spare sockets to the collector."""
        if self.kind == "collect" and self._spare:
            if not MICROPYTHON:
                circle = [self._spare]
                circle.append(circle)
            self._spare = ()
        elif self.kind == "callback":
            self._close_spare(None)

    def _close_spare(self, _):
        """What a callback does while a call is under way: close a socket, and ask others."""
        for each in self._spare:
            try:
                each.close()
            except BaseException as failure:
                self._refused.append("close() in a callback: " + repr(failure))
        for call in (self._ask, self._change):
            try:
                call()
            except OSError as failure:
                if failure.errno != _EDEADLK:
                    self._refused.append("a call in a callback: " + repr(failure))
            except BaseException as failure:
                self._refused.append("a call in a callback: " + repr(failure))

    def _closer(self, socks):
        """A callback that closes them."""

        def close(_):
            for sock in socks:
                try:
                    sock.close()
                except BaseException as failure:
                    if not isinstance(failure, OSError) or failure.errno != _EBADF:
                        self._refused.append("close() in a callback: " + repr(failure))

        return close

    def _ask(self):
        self._witnesses.sockets[0].getsockname()

    def _change(self):
        afunix.close(afunix.dup(self._witnesses.sockets[0].fileno()))

    # what must hold

    def _judge(self, world, call, result):
        self._sound("at once")
        self._arrive(world)
        if self._refused:
            raise Fault(self._refused[0])
        if self.kind == "closing" and result.struck:
            self._closed(result, world)
        elif world.check is not None and result.kind in _INJECTED:
            try:
                wrong = world.check()
            except Exception as failure:
                wrong = "afterwards: " + repr(failure)
            if wrong and not result.exempt:
                raise Fault(wrong)
        elif result.kind is None or result.kind not in _INJECTED:
            self._happened(world, result)
        else:
            self._all_or_nothing(world, call, result)

    def _sound(self, when):
        try:
            self._ask()
        except Exception as failure:
            raise Fault(when + ": a call afterwards: " + repr(failure))
        faults.after_callbacks()
        found = invariants.broken()
        if found:
            raise Fault(when + ": " + "; ".join(found[:4]))

    def _closed(self, result, world):
        if result.kind is not None and not issubclass(result.kind, OSError):
            raise Fault("it was closed meanwhile and raises " + result.text)
        if [s for s in world.sockets if s.fileno() >= 0]:
            raise Fault("close() in a callback did not close")

    def _happened(self, world, result):
        """The call came to its end."""
        interrupted = result.struck and self.kind in _INTERRUPTS
        swallows = self.scenario.swallows or not MICROPYTHON and result.swallowed
        if interrupted and result.kind is None and not swallows:
            raise Fault("KeyboardInterrupt was lost")
        outcome = self._outcome(result, world)
        if outcome != self._answer:
            raise Fault("it answers %r in place of %r" % (outcome, self._answer))
        self._compare(self._settled(world), self._after, "it returned, but")

    def _all_or_nothing(self, world, call, result):
        if self.scenario.cannot_fail and self.kind in _ALLOCATIONS:
            raise Fault("it must not fail")
        now = self._picture(world)
        if now not in (self._before, self._after) or result.exempt:  # then nobody has what it answers
            faults.collect()
            now = self._picture(world)
        if now == self._before:
            self._again(world, call)
        elif now == self._after:
            if self.scenario.answers and not (result.exempt and self._is_plain() or self._is_past(result)):
                raise Fault("it has happened, and nobody has what it answers")
        elif not (result.exempt and now == self._dropped):
            nearer = min((differences(self._before, now), differences(self._after, now)), key=len)
            raise Fault("half-done: " + "; ".join(nearer))

    def _is_past(self, result):
        """Can nobody expect that the call is taken back? Either the program has the error that it reports, as what its
        interrupt came upon; or a close() of the program's own has run, which boards call after the call."""
        return not MICROPYTHON and (result.context == self._answer[:2] or self._past)

    def _is_plain(self):
        return self._answer[2] is not None and not str(self._answer[2]).count("socket")

    def _again(self, world, call):
        """The call that changed nothing is made again."""
        result = faults.strike(world, call, self.kind, 0, None)
        outcome = self._outcome(result, world)
        if outcome != self._answer:
            raise Fault("made again, it answers %r in place of %r: %s" % (outcome, self._answer, result.where))
        self._compare(self._picture(world), self._after, "made again,")
        self._sound("made again")

    def _settled(self, world):
        """The picture after the call, with dropped sockets gone."""
        self._arrive(world)
        if self.kind == "collect":
            faults.collect()
        return self._picture(world)

    def _outcome(self, result, world):
        return result.kind, result.errno, plain(world.answer)

    def _picture(self, world):
        return picture() + world.state()

    def _compare(self, now, wanted, what):
        if now != wanted:
            raise Fault(what + " the kernel differs: " + "; ".join(differences(wanted, now)))

    # afterwards

    def _clear(self, world):
        """Close everything. The kernel must be as it was before."""
        world.arrival = None
        for sock in world.sockets + sockets_in(world.answer):
            self._close(sock)
        world.answer = None
        kept = [sock.fileno() for sock in self._witnesses.sockets]
        for fd in range(FIRST, LAST + 1):
            if fd not in kept:
                try:
                    afunix.close(fd)
                except OSError:
                    pass
        self._spare = ()
        world.sockets.clear()
        self._sound("all closed")
        now = picture()
        if now != self._base:
            raise Fault("all closed, there is left: " + "; ".join(differences(self._base, now)))

    def _close(self, sock):
        try:
            sock.close()
        except OSError as failure:
            if failure.errno != _EBADF:  # a scenario may have closed its descriptor elsewhere
                raise Fault("close() afterwards: " + repr(failure))

    def _capacity(self):
        """As many sockets and names as configured are to be had."""
        socks = []
        free = SETTINGS["sockets"] - len(self._witnesses.sockets)
        try:
            for i in range(free):
                socks.append(afunix.socket())
                if i < SETTINGS["names"] - 1:
                    socks[i].bind("/capacity/%d" % i)
        except OSError as failure:
            raise Fault("not all is to be had any more: " + repr(failure))
        for sock in socks:
            sock.close()


def _collect(_):
    faults.collect()


def _child(scenario, kind, k, title):
    """Sweep from place k on, to the end or to a fault. Returns an exit code."""
    faults.watch(title + "reference")
    faults.share(_PLACE, 0)
    try:
        sweep = Sweep(scenario, kind)
        for place in _places(title, kind, k):
            faults.share(_PLACE, place)
            faults.share(_STRUCK, 1)
            faults.watch(title + str(place))
            if not sweep.strike(place):
                faults.share(_LAST_PLACE, place - 1)
                return _DONE
    except Fault as fault:
        print("FAULT\t" + title + str(faults.share(_PLACE)) + "\t" + str(fault).replace("\n", " "))
    except BaseException as failure:
        print("FAULT\t" + title + str(faults.share(_PLACE)) + "\tthe sweep failed: " + repr(failure))
        _print_trace(failure)
    return _FAULT


def _print_trace(failure):
    if MICROPYTHON:
        sys.print_exception(failure)
    else:
        import traceback

        traceback.print_exception(failure, file=sys.stdout)


def _sweep(scenario, kind, plane):
    """Every place of one scenario; a line of the table."""
    title = "\t".join((scenario.call, scenario.state, plane, kind, ""))
    k = 1
    found = 0
    while k < _ENOUGH:
        pid = faults.fork()
        if not pid:
            code = _child(scenario, kind, k, title)
            sys.stdout.flush() if not MICROPYTHON else None
            faults.leave(code)
        if faults.wait(pid) == _DONE:
            break
        found += 1
        k = faults.share(_PLACE) + 1
        if k == 1 or not faults.share(_STRUCK):  # it is wrong without a fault
            faults.share(_LAST_PLACE, k - 1)
            break
    print("ROW\t" + title + "%d\t%d" % (_count(title, kind, faults.share(_LAST_PLACE)), found))


def _places(title, kind, place):
    """The places to try, from that one on: all there may be, but for CPython, which has too many of some kinds."""
    while True:
        if MICROPYTHON or faults.tries(title, kind, place):
            yield place
        place += 1


def _count(title, kind, last):
    """How many of them there are."""
    if MICROPYTHON:
        return last
    return len([place for place in range(1, last + 1) if faults.tries(title, kind, place)])


def _makes_sense(kind):
    """Has this interpreter such faults? On a board only native objects have finalisers."""
    return kind in faults.KINDS and (kind != "collect" or not MICROPYTHON or view.NATIVE)


def main(group, plane, only=None):
    """Sweep all scenarios of a group."""
    afunix.configure(**SETTINGS)
    faults.share(_LAST_PLACE, 0)
    for scenario in scenarios(group):
        for kind in scenario.kinds or faults.KINDS:
            if _makes_sense(kind) and (only is None or only in (scenario.call, kind)):
                _sweep(scenario, kind, plane)
    print("END")
