"""Which module of lib/afunix imports which, and what is wrong about it. See docs/design.md.

A module is named as below afunix: "socket", "kernel.lock", "host"; the package itself is "afunix". Every import counts,
in functions, too, and so does the name of a module in a text where a module is loaded by such names.
"""

import ast

PACKAGE = "afunix"
WINGS = {
    "face": {"face", "kernel", "data", "host"},
    "kernel": {"kernel", "data", "host"},
    "data": {"data", "host"},
    "host": {"host"},
}
# What such a call loads is named by a text: __import__, import_module, optional, _load, _loaded.
LOADERS = {"import", "import_module", "optional", "load", "loaded"}


def wing_of(module):
    """The wing that a module belongs to."""
    first = module.partition(".")[0]
    return first if first in WINGS else "face"


def module_of(path):
    """The name of the module in the file "kernel/lock.py"."""
    parts = path.removesuffix(".py").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or PACKAGE


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Module:
    """One file: `imports` is a list of (module, line), `patches` one of (text, line)."""

    def __init__(self, path, source, known):
        self.path = path
        self.name = module_of(path)
        self.imports, self.patches = [], []
        self._known = known
        self._package = path.split("/")[:-1]
        self._modules, self._objects = {}, {}  # local names of modules of ours, and of what came out of them
        self._tree = ast.parse(source)
        for node in ast.walk(self._tree):
            if isinstance(node, ast.ImportFrom):
                self._import_from(node)
            elif isinstance(node, ast.Import):
                self._import(node)
        self._loaded()
        self._find_patches()

    def _note(self, module, node):
        found = module, node.lineno
        if module != self.name and found not in self.imports:
            self.imports.append(found)

    def _import_from(self, node):
        base = self._base(node)
        if base is None:
            return
        for alias in node.names:
            inner = ".".join(filter(None, (base, alias.name)))
            local = alias.asname or alias.name
            if inner in self._known:
                self._modules[local] = inner
                self._note(inner, node)
            else:
                self._objects[local] = base or PACKAGE
                self._note(base or PACKAGE, node)

    def _base(self, node):
        """What "from" names, from afunix downwards; "" for afunix itself, None for what is not ours."""
        named = node.module.split(".") if node.module else []
        if node.level:
            return ".".join(self._package[: len(self._package) - node.level + 1] + named)
        return ".".join(named[1:]) if named[:1] == [PACKAGE] else None

    def _import(self, node):
        for alias in node.names:
            first, _, rest = alias.name.partition(".")
            if first == PACKAGE:
                self._modules[alias.asname or first] = rest or PACKAGE
                self._note(rest or PACKAGE, node)

    def _loaded(self):
        """Modules that are loaded by their names: all texts in the file that are one, if anything is loaded so."""
        nodes = list(ast.walk(self._tree))
        if not any(map(_loads, nodes)):
            return
        texts = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        starts = {node.value for node in texts if node.value.removesuffix(".") in WINGS and node.value[-1:] == "."}
        for node in texts:
            name = node.value.removeprefix(PACKAGE + ".")
            for module in (name, *(start + name for start in starts)):
                if module in self._known and module not in WINGS:
                    self._note(module, node)

    def _find_patches(self):
        self._code = {node.name for node in self._tree.body if isinstance(node, (*_FUNCTIONS, ast.ClassDef))}
        self._code |= set(self._modules) | set(self._objects)
        self._walk(self._tree, True, frozenset())

    def _walk(self, node, at_import, own):
        """Look at all below `node`; `own` are the names that its function uses for something else."""
        for child in ast.iter_child_nodes(node):
            for target, value in _assigned(child):
                if not own & {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}:
                    self._judge(target, value, at_import, child)
            if isinstance(child, _FUNCTIONS):
                self._walk(child, False, own | _names_of(child))
            else:
                self._walk(child, at_import, own)

    def _judge(self, target, value, at_import, node):
        """An attribute of something that was imported is set: of a module never, of an object not for good.

        Data may be stored in an object that modules share. What is code, or stored while modules are loaded, fills a
        hole from above.
        """
        name = ast.unparse(target)
        if self._is_module(target):
            self.patches.append((f"{name} is a module, and its own", node.lineno))
        elif name in self._objects and (at_import or self._is_code(value)):
            self.patches.append((f"{name} comes from {self._objects[name]}, which has to fill it", node.lineno))

    def _is_module(self, target):
        if isinstance(target, ast.Name):
            return target.id in self._modules
        if isinstance(target, ast.Attribute):  # afunix.kernel.lock, after import afunix
            return self._is_module(target.value) and ast.unparse(target).partition(".")[2] in self._known
        return isinstance(target, ast.Call) and _loads(target)

    def _is_code(self, value):
        return isinstance(value, ast.Lambda) or isinstance(value, ast.Name) and value.id in self._code


def _loads(node):
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    return name.strip("_") in LOADERS


def _names_of(function):
    """What a function calls something else by than the module does: its arguments, and what it assigns."""
    arguments = function.args
    names = {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def _assigned(node):
    """(what, value) for each attribute of something that `node` sets or deletes."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("setattr", "delattr"):
        yield node.args[0], node.args[2] if len(node.args) > 2 else None
        return
    targets, value = [], getattr(node, "value", None)
    if isinstance(node, (ast.Assign, ast.Delete)):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    for target in targets:
        for part in target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]:
            if isinstance(part, ast.Attribute):
                yield part.value, value


def circles(modules):
    """Each set of modules that import each other, as a list of modules."""
    imports = {module.name: {name for name, _ in module.imports} for module in modules}
    reached = {name: _reachable(name, imports) for name in imports}
    found = {frozenset(other for other in reached[name] if name in reached.get(other, ())) for name in imports}
    return [sorted(circle) for circle in found if circle]


def _reachable(start, imports):
    reached, todo = set(), [start]
    while todo:
        for name in imports.get(todo.pop(), ()):
            if name not in reached:
                reached.add(name)
                todo.append(name)
    return reached


def check(files):
    """What is wrong with `files`, from path ("kernel/lock.py") to source: a list of lines."""
    known = {module_of(path) for path in files}
    modules = [Module(path, source, known) for path, source in sorted(files.items())]
    wrong = []
    for module in modules:
        allowed = WINGS[wing_of(module.name)]
        for name, line in module.imports:
            if wing_of(name) not in allowed:
                wrong.append(f"{module.path}:{line}: {wing_of(module.name)} imports {name}, which is above it")
        wrong += [f"{module.path}:{line}: set from outside: {text}" for text, line in module.patches]
    return wrong + [line for circle in sorted(circles(modules)) for line in _shown(circle, modules)]


def _shown(circle, modules):
    yield f"these import each other: {', '.join(circle)}"
    for module in modules:
        for name, line in sorted(module.imports, key=lambda found: found[1]):
            if module.name in circle and name in circle:
                yield f"    {module.path}:{line}: {name}"
