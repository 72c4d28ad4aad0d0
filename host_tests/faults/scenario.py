"""The list of scenarios: calls, in every state that is worth telling apart."""

# fmt: off
GROUPS = (
    "opening", "naming", "connecting", "closing", "messages", "rights", "options", "waiting", "files", "tasks",
    "descriptors", "pipes",
)
# fmt: on


class Scenario:
    """A call in a state.

    set_up       set_up(world) makes the state and returns the call, a function without arguments
    answers      the caller needs what it answers: to have happened and raise is to have lost that
    cannot_fail  memory or not, it does what it is to do
    swallows     it may run where nothing can be raised: in a finaliser
    kinds        the kinds of fault that make sense, None for all
    """

    def __init__(self, call, state, set_up, answers, cannot_fail, swallows, kinds):
        self.call = call
        self.state = state
        self.set_up = set_up
        self.answers = answers
        self.cannot_fail = cannot_fail
        self.swallows = swallows
        self.kinds = kinds


_found = []


def scenario(call, state, answers=False, cannot_fail=False, swallows=False, kinds=None):
    """Register set_up(world)."""

    def register(set_up):
        _found.append(Scenario(call, state, set_up, answers, cannot_fail, swallows, kinds))
        return set_up

    return register


def each(call, state, cases, **options):
    """Register set_up(world, case) for each of `cases`, {name: case}; the name is a part of the state."""

    def register(set_up):
        for name in cases:
            scenario(call, state % name if "%" in state else state, **options)(_bound(set_up, cases[name]))
        return set_up

    return register


def _bound(set_up, case):
    return lambda world: set_up(world, case)


def scenarios(group):
    """Those of one group, which is a module here."""
    _found.clear()
    __import__("cases_" + group)
    return tuple(_found)
