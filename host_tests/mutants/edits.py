"""The edits that `make mutants` makes: each changes one place of a source file as a slip of its author might have.

An edit replaces a piece of text that the syntax tree tells the place of, so everything else stays as it is written.
"""

import ast
import re
import warnings

KINDS = {
    "comparison": "another comparison",
    "number": "a number that is off by one",
    "operator": "another operator",
    "condition": "a condition negated, `and` for `or`",
    "constant": "another constant: errno, flag, text, True, None",
    "return": "another value returned",
    "statement": "a statement removed",
    "call": "a call removed: waking, freeing, checking",
    "lock": "a lock not taken",
    "order": "two statements in the other order",
}

_COMPARISONS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
# Those whose other comparison is the opposite.
_OPPOSITE = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
_OPERATORS = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "+"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}
_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Delete, ast.Raise)
# Names in capitals that stand for numbers: c.EINVAL, so.SO_TYPE, _W.
_NUMBER = re.compile(r"_?[A-Z][A-Z0-9_]+$|_[A-Z]$")
_LOCK = re.compile(r"lock", re.IGNORECASE)


class Edit:
    """One change of one file: text[start:end] becomes `new`.

    line   the number of the first line that it changes
    text   that line as it is written, without spaces around
    what   the change in words, "< becomes <=": with file and text the name of the edit
    """

    def __init__(self, kind, file, source, start, end, new, what):
        self.kind = kind
        self.file = file
        self.source = source
        self.start = start
        self.end = end
        self.new = new
        self.line = source.count("\n", 0, start) + 1
        self.text = source.split("\n")[self.line - 1].strip()
        self.what = what

    def applied(self):
        """The whole changed source."""
        return self.source[: self.start] + self.new + self.source[self.end :]

    def __str__(self):
        return f"{self.file}:{self.line}: {self.kind}: {self.what}\n    {self.text}"


def edits_of(file, source):
    """All edits of a file that leave it a program, in the order of their places."""
    found = [edit for edit in _Finder(file, source).find() if _compiles(edit)]
    return sorted(found, key=lambda edit: (edit.start, edit.kind, edit.what))


def _compiles(edit):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(edit.applied(), edit.file, "exec")
    except SyntaxError:
        return False
    return edit.applied() != edit.source


class _Finder:
    def __init__(self, file, source):
        self._file = file
        self._source = source
        lines = source.encode().split(b"\n")
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._bytes = source.encode()
        self._found = []

    def find(self):
        tree = ast.parse(self._source)
        self._skip = set()
        self._counted = set()  # numbers where one less is another slip than one more
        for node in ast.walk(tree):
            self._leave_out(node)
        for node in ast.walk(tree):
            if node in self._skip:
                continue
            visit = getattr(self, "_" + type(node).__name__, None)
            if visit:
                visit(node)
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list):
                    self._block(block)
        return self._found

    def _leave_out(self, node):
        """Docstrings, decorators, annotations, `const` of host modules: no program is another by these."""
        for name in ("decorator_list", "annotation", "returns"):
            part = getattr(node, name, None)
            for each in part if isinstance(part, list) else [part] if part else []:
                self._skip.update(ast.walk(each))
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and self._is_text(body[0]):
            self._skip.update(ast.walk(body[0]))
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Is, ast.IsNot)):
            self._skip.update(node.comparators)  # to compare with another constant is to negate
        if isinstance(node, (ast.BinOp, ast.Compare, ast.AugAssign, ast.Subscript)):
            self._counted.update(ast.iter_child_nodes(node))
        if isinstance(node, ast.JoinedStr):
            self._skip.update(child for child in ast.walk(node) if child is not node)

    @staticmethod
    def _is_text(statement):
        return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)

    # places

    def _place(self, line, column):
        return len(self._bytes[: self._starts[line - 1] + column].decode())

    def _start(self, node):
        return self._place(node.lineno, node.col_offset)

    def _end(self, node):
        return self._place(node.end_lineno, node.end_col_offset)

    def _text(self, node):
        return self._source[self._start(node) : self._end(node)]

    def _edit(self, kind, start, end, new, what):
        self._found.append(Edit(kind, self._file, self._source, start, end, new, what))

    def _replace(self, kind, node, new, what=None):
        what = what or f"{_short(self._text(node))} becomes {_short(new)}"
        self._edit(kind, self._start(node), self._end(node), new, what)

    def _between(self, left, right, symbol, new, kind):
        """Replace the operator between two operands."""
        start, end = self._end(left), self._start(right)
        gap = self._source[start:end]
        pattern = r"\s+".join(re.escape(word) for word in symbol.split())
        match = re.search(pattern, gap)
        if match:
            what = f"{symbol} becomes {new}, before {_short(self._text(right))}"
            self._edit(kind, start + match.start(), start + match.end(), new, what)

    # expressions

    def _Compare(self, node):
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            symbol, new = _COMPARISONS[type(operator)]
            self._between(left, right, symbol, new, "comparison")
            left = right

    def _BinOp(self, node):
        if type(node.op) in _OPERATORS and not (
            isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        ):
            self._between(node.left, node.right, *_OPERATORS[type(node.op)], "operator")

    def _AugAssign(self, node):
        if type(node.op) in _OPERATORS:
            symbol, new = _OPERATORS[type(node.op)]
            self._between(node.target, node.value, symbol + "=", new + "=", "operator")

    def _BoolOp(self, node):
        symbol, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between(left, right, symbol, new, "condition")

    def _UnaryOp(self, node):
        if isinstance(node.op, ast.Not):
            self._replace("condition", node, f"({self._text(node.operand)})")
        elif isinstance(node.op, ast.Invert):
            self._replace("operator", node, f"({self._text(node.operand)})")

    def _test(self, node):
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in _OPPOSITE:
            return  # that is the other comparison
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return
        if not isinstance(test, ast.Constant):
            self._replace("condition", node.test, f"not ({self._text(node.test)})")

    _If = _While = _IfExp = _test

    def _Constant(self, node):
        value = node.value
        if isinstance(value, bool):
            self._replace("constant", node, str(not value))
        elif isinstance(value, int):
            for other in (value + 1, value - 1) if node in self._counted else (value + 1,):
                self._replace("number", node, f"({other})" if other < 0 else str(other))
        elif isinstance(value, str) and value:
            self._replace("constant", node, repr(value + "x"))
        elif isinstance(value, bytes):
            self._replace("constant", node, repr(value + b"x"))
        elif value is None:
            self._replace("constant", node, "0")

    def _named(self, node, name):
        if isinstance(node.ctx, ast.Load) and _NUMBER.match(name):
            self._replace("constant", node, f"({self._text(node)} + 1)")

    def _Attribute(self, node):
        self._named(node, node.attr)

    def _Name(self, node):
        self._named(node, node.id)

    def _Return(self, node):
        if node.value is None or isinstance(node.value, ast.Constant) and node.value.value is None:
            return
        self._replace("return", node.value, "None")

    # statements

    def _With(self, node):
        for item in node.items:
            if len(node.items) == 1 and _LOCK.search(self._text(item.context_expr)):
                start, end = self._start(node), self._end(item.context_expr)
                self._edit("lock", start, end, "if True", f"without {self._text(item.context_expr)}")

    def _block(self, block):
        for i in range(len(block)):
            node = block[i]
            if node in self._skip or self._is_text(node):
                continue
            self._remove(node)
            if i + 1 < len(block):
                self._swap(node, block[i + 1])

    def _remove(self, node):
        text = _short(self._text(node))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            kind = "lock" if re.search(r"\b(acquire|release)\b", text) else "call"
            self._replace(kind, node, "pass", f"without {text}")
        elif isinstance(node, (*_SIMPLE, ast.Return, ast.Continue, ast.Break)):
            self._replace("statement", node, "pass", f"without {text}")

    def _swap(self, first, second):
        if not (isinstance(first, _SIMPLE) and isinstance(second, _SIMPLE)) or second in self._skip:
            return
        if isinstance(first, ast.Raise) or first.lineno == second.lineno:
            return
        if _commute(first, second):
            return
        start, end = self._start(first), self._end(second)
        gap = self._source[self._end(first) : self._start(second)]
        what = f"{_short(self._text(second))} comes before {_short(self._text(first))}"
        self._edit("order", start, end, self._text(second) + gap + self._text(first), what)


def _commute(first, second):
    """Are both assignments to names, without a call, neither of which looks at what the other sets? Order is nothing to
    them: no other thread sees local names, and modules are loaded before they are used."""
    return all(
        isinstance(one, ast.Assign)
        and all(isinstance(target, ast.Name) for target in one.targets)
        and not any(isinstance(node, ast.Call) for node in ast.walk(one.value))
        and not {target.id for target in one.targets} & {n.id for n in ast.walk(other) if isinstance(n, ast.Name)}
        for one, other in ((first, second), (second, first))
    )


def _short(text):
    """Text on one line, cut where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."
