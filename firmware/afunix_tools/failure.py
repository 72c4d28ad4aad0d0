"""What a program does when it cannot go on: one line says why."""

import sys


class Failure(Exception):
    """Something the user can do something about: the message is one line that says what.

    `details` are printed before it; they are for failures that the message alone cannot explain.
    """

    def __init__(self, message, details=""):
        super().__init__(message)
        self.details = details


def main(function):
    """Call `function(arguments)` as a program: a Failure becomes one line and exit code 1."""
    try:
        return sys.exit(function(sys.argv[1:]))
    except Failure as failure:
        if failure.details:
            print(failure.details, file=sys.stderr)
        print(f"afunix: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("afunix: interrupted", file=sys.stderr)
        sys.exit(130)
