"""Where a hostile argument has another answer than CPython's socket gives, and why.

SAME       answers that mean the same: (ours, CPython's)
DIFFERENT  (where, cases, ours, CPython's, why): "cpython", "micropython" or "" for both; patterns as of a shell, in
           which a bracket is written "[[]"
"""

SAME = {
    "cpython": (),
    "micropython": (),
}

DIFFERENT = ()
