"""Edits that change nothing a program could tell, by name: (file, the line as it is written, the edit, why).

An entry whose line or edit is not there any more is reported, so that none outlives what it was written for.
"""

EQUIVALENT = ()
