"""Constants in native code are such as an RP2040's needs no table for.

A Cortex-M0 loads larger ones from behind the instruction, at a multiple of four bytes; but MicroPython 1.25 freezes
machine code at multiples of two, and then it loads something else. What viper code is called with is checked by such a
constant, too: the right number of arguments passes either way.
"""

import ast
from pathlib import Path

import pytest

LIBRARY = Path(__file__).resolve().parent.parent.parent / "lib/afunix"
NATIVE, VIPER = "micropython.native", "micropython.viper"


def needs_a_table(word):
    """Whether Thumb code without movw has to load this 32-bit word from memory: asm_thumb_mov_reg_i32_optimised."""
    if word != -0x80000000:
        word = abs(word)
    word &= 0xFFFFFFFF
    return word >> 16 != 0 and word // (word & -word) > 0xFF


def numbers(tree):
    """The values of the names that const() gives a value."""
    found = {}
    for node in tree.body:
        value = getattr(node, "value", None)
        if isinstance(node, ast.Assign) and isinstance(value, ast.Call) and ast.unparse(value.func) == "const":
            found[node.targets[0].id] = eval(ast.unparse(value.args[0]), dict(found))
    return found


def words(value, kind):
    """What such code has for the constant, whose sign is not known here. Larger ones are objects."""
    if kind == VIPER:
        return value, -value
    return [2 * number + 1 for number in (value, -value) if -0x40000000 <= number < 0x40000000]


def too_large(source):
    """(line, value) of the constants in native functions that need a table."""
    tree = ast.parse(source)
    named = numbers(tree)
    for function in ast.walk(tree):
        decorators = map(ast.unparse, getattr(function, "decorator_list", ()))
        kind = next((name for name in decorators if name in (NATIVE, VIPER)), None)
        if kind is None:
            continue
        for node in ast.walk(function):
            value = named.get(node.id) if isinstance(node, ast.Name) else getattr(node, "value", None)
            if type(value) is int and any(needs_a_table(word) for word in words(value, kind)):
                yield node.lineno, value


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.py")), ids=lambda path: str(path.relative_to(LIBRARY)))
def test_the_library(path):
    assert list(too_large(path.read_text())) == []


def test_what_is_too_large():
    code = "_A = const(0x8000)\n_B = const(1 << 20)\n"
    code += "@micropython.native\ndef f(n):\n    return n > 0x7FFF, n > 0x80000000, n > _A, n > _B, n > -0x8000\n"
    code += "@micropython.viper\ndef g(n: int) -> int:\n    return n & 0xFF00000, n & 0x1234, n & 0x12345\n"
    code += "def h(n):\n    return n > 0x3FFFFFFF\n"
    assert list(too_large(code)) == [(5, 0x8000), (5, 1 << 20), (5, 0x8000), (8, 0x12345)]
