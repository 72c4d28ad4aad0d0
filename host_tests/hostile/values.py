"""What a program may pass that it should not. Each value has the expression that makes it for its name, so a failure
can be read and run again; `scene` is the scene that it is made for (wrong_calls.py).

Runs on MicroPython and CPython. What an interpreter cannot make is left out there.
"""

import time
from array import array  # noqa: F401, for make()

PAYLOAD = b"abcdefghijklmnop"  # what values to be sent consist of
EXTRA = b"S"  # what a value sends that calls back


def words(text):
    """The expressions in `text`, none of which has a space."""
    return text.split()


class Int(int):
    pass


class Refuses(int):
    """An int that is not asked anything without raising."""

    def __add__(self, other):
        raise ZeroDivisionError("asked")

    __radd__ = __sub__ = __rsub__ = __and__ = __rand__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __add__
    __index__ = __int__ = __bool__ = lambda self: self + 1

    def __hash__(self):
        return 1


class Index:
    """What CPython takes for an integer."""

    def __init__(self, value, before=None):
        self._value = value
        self._before = before

    def __index__(self):
        if self._before is not None:
            self._before()
        return self._value


class OnlyInt:
    """What CPython does not."""

    def __init__(self, value):
        self._value = value

    def __int__(self):
        return self._value


class Float:
    def __float__(self):
        return 1.0


class Duck:
    """Items and a length, but no memory."""

    def __len__(self):
        return 3

    def __getitem__(self, i):
        if not 0 <= i < 3:
            raise IndexError
        return 97 + i

    def __setitem__(self, i, value):
        pass

    def __bytes__(self):
        return b"abc"


def fail(*_):
    raise ZeroDivisionError("a value's own")


def lying(base, length):
    """A subclass of `base` that says it has that length; None for one that raises."""

    class Lies(base):
        def __len__(self):
            if length is None:
                fail()
            return length

    return Lies


def closing(base, scene):
    """A subclass of `base` that closes the socket when it is looked into."""

    class Closes(base):
        def __len__(self):
            scene.sock.close()
            return 3

        def __getitem__(self, i):
            scene.sock.close()
            return 97

    return Closes


def after(action, *items):
    """An iterable that does something before, and in the middle of, its items."""
    action()
    for item in items:
        yield item
        action()


class Pairs:
    """A mapping of its own kind."""

    def __init__(self, *keys):
        self._keys = keys

    def keys(self):
        return self._keys

    def __iter__(self):
        return iter(self._keys)

    def __getitem__(self, key):
        return 1

    def __len__(self):
        return len(self._keys)


NUMBERS = words(
    "0 1 2 3 9 True False -1 -2 -2**31 -2**31-1 2**15 2**16 2**29 2**30 2**31-1 2**31 2**32 2**32+1 2**62 2**63 "
    "-2**63 2**64 10**30 Int(0) Int(3) Int(-1) Int(2**31) Refuses(3) Index(0) Index(3) Index(-1) Index(2**31) "
    "Index(2**63) Index(True) Index(Int(3)) Index(None) Index('3') Index(1.5) Index(3,fail) Index(3,scene.ask) "
    "Index(3,scene.send) Index(3,scene.close) Index(3,scene.close_fd) OnlyInt(3) Float() 0.0 -0.0 1.0 1.5 3.0 1e10 "
    "1e300 nan inf 3j None '3' b'3' bytearray(b'3') [] () {} object() Duck() scene.sock array('i',[3])"
)

TO_SEND = words(
    "b'' b'abc' bytearray(b'abc') bytearray() memoryview(b'') memoryview(b'abc') memoryview(b'abcdef')[1:4] "
    "memoryview(b'abcdef')[::2] memoryview(bytearray(b'abcdef'))[2:] array('B',b'abc') array('b',b'abc') "
    "array('H',b'abcdef') array('H') array('i',b'abcdefgh') array('d',b'abcdefgh') memoryview(array('H',b'abcdef')) "
    "memoryview(array('H',b'abcdef'))[1:] memoryview(array('i',b'abcdefgh'))[1:2] "
    "memoryview(array('d',b'abcdefgh')) memoryview(array('H',b'abcdef'))[::2] 'abc' '' str(b'abc','utf8') None 3 "
    "True 1.5 object() [97] (97,98) {} range(3) Duck() Index(3) iter(b'abc') scene.sock scene memoryview "
    "b'abcdefghijklmnop'*60"
)
LENGTHS = words("0 1 100 4096 -1 2**40 None '3'")
TO_SEND += [f"lying({base},{n})(b'abcdef')" for base in ("bytes", "bytearray") for n in LENGTHS]
TO_SEND += [
    "lying(str,9)('abc')",
    "lying(bytes,9)(b'')",
    "closing(bytes,scene)(b'abcdef')",
    "closing(bytearray,scene)(b'abcdef')",
]

TO_FILL = words(
    "bytearray(b'.'*20) bytearray(b'.'*9) bytearray(b'.'*4) bytearray(b'.') bytearray() "
    "memoryview(bytearray(b'.'*20)) memoryview(bytearray(b'.'*20))[3:9] memoryview(bytearray(b'.'*20))[::2] "
    "memoryview(bytearray(b'.'*20))[5:5] array('B',b'.'*20) array('b',b'.'*20) array('H',b'.'*20) array('H',b'.'*4) "
    "array('H') array('i',b'.'*20) array('d',b'.'*16) memoryview(array('H',b'.'*20)) "
    "memoryview(array('H',b'.'*20))[2:6] memoryview(array('i',b'.'*20))[1:2] memoryview(array('H',b'.'*20))[::2] "
    "memoryview(b'.'*9) memoryview(b'') b'.........' b'' '.........' None 9 1.5 object() [0]*9 (0,)*9 {} Duck() "
    "range(9) scene.sock scene"
)
TO_FILL += [f"lying(bytearray,{n})(b'.'*9)" for n in LENGTHS]
TO_FILL += ["lying(bytes,9)(b'.'*9)", "closing(bytearray,scene)(b'.'*9)"]

ADDRESSES = words(
    "scene.name scene.name.encode() bytearray(scene.name.encode()) memoryview(scene.name.encode()) '' b'' "
    "bytearray() 'nobody' b'nobody' '\\0nobody' b'\\0nobody' 'x'*107 'x'*108 'x'*200 b'x'*108 b'x'*300 "
    "'\\0'+'x'*107 b'\\0'+b'x'*108 b'\\xff\\xfe' b'\\0\\xff\\xfe' 'a\\0b' b'a\\0b' '\\u00fc'*53 '\\u00fc'*60 None 3 "
    "-1 True 1.5 object() ['nobody'] () ('nobody',) ('nobody',1) {} Duck() Index(3) lying(str,1000)('nobody') "
    "lying(bytes,0)(b'nobody') scene.sock lying(bytes,1000)(b'nobody') closing(bytes,scene)(b'nobody') "
    "array('H',b'nobody') array('B',b'nobody') iter('nobody')"
)
ADDRESSES += ["memoryview(array('H',b'nobody'))[1:]"]

CONTROL = words(
    "() [] None 3 1.5 'abc' b'' b'abc' {} object() iter(()) range(2) [()] [None] [3] [(1,)] [(1,1)] [(1,1,b'',0)] "
    "[(1,1,None)] [(1,1,'text')] [('1',1,b'')] [(1,None,b'')] [(1.5,1,b'')] [(2**31,1,b'')] [(2**40,1,b'')] "
    "[(1,2**64,b'')] [(1,-2**63,b'')] [[1,1,b'']] [(1,1,3)] [(1,1,[3])] [(1,1,b'')] [(1,1,b'\\1')] "
    "[(1,1,b'\\1\\2\\3\\4\\5')] [(1,1,array('i',[scene.gone]))] [(1,1,array('i',[-1]))] "
    "[(1,1,array('i',[2**31-1]))] [(1,99,b'')] [(99,1,b'x')] [(1,2,b'')] [(1,2,bytes(12))] [(1,2,bytes(13))] "
    "[(1,-1,b'')] [(-1,1,b'')] scene.right+[(1,1)] scene.right+[(1,99,b'')] "
    "scene.right+[(1,1,array('i',[scene.gone]))] scene.right+[None] scene.right scene.right*2 tuple(scene.right) "
    "iter(scene.right) {scene.right[0]:1} Pairs(scene.right[0]) Pairs(3) scene.right*20 "
    "[(1,1,array('i',[scene.fd]*17))] [(1,1,array('i',[scene.fd]*300))] [(Index(1),Index(1),b'')] "
    "[(True,True,array('i',[scene.fd]))] [(1,1,memoryview(array('i',[scene.fd])))] [(1,1,lying(bytes,400)(b'abc'))] "
    "after(fail) after(fail,scene.right[0]) after(scene.ask,scene.right[0]) after(scene.send,scene.right[0]) "
    "after(scene.close) after(scene.close,scene.right[0]) after(scene.close_fd,scene.right[0]) "
    "after(scene.nap,scene.right[0]) [after(scene.ask,1,1,b'')] [tuple(after(scene.ask,1,1,b''))] "
    "[(1,1,closing(bytes,scene)(b'abcd'))] [(Index(1,scene.ask),1,b'')] [(1,Index(1,scene.close),b'')] "
    "[(1,1,b'')]*40 map(fail,[1])"
)

SEVERAL_TO_SEND = words(
    "[] () [b'abc'] [b'ab',b'cd'] (b'ab',) iter([b'ab',b'cd']) b'abc' 'abc' None 3 1.5 {} object() [None] ['x'] [3] "
    "[b'ab',None] [b'ab','x'] [[b'ab']] {b'ab':1} Pairs(b'ab',b'cd') [array('H',b'abcd')] [b'',b'',b''] [b'']*1000 "
    "[b'ab']*1025 [memoryview(array('H',b'abcd'))[1:],b'ef'] [lying(bytes,100)(b'abc')] "
    "[lying(bytes,100)(b'abc'),b'd'] [b'a',lying(bytearray,0)(b'bc')] after(fail) after(fail,b'ab') "
    "after(scene.ask,b'ab') after(scene.close,b'ab') after(scene.close_fd,b'ab',b'cd') after(scene.nap,b'ab') "
    "after(scene.send,b'ab') [closing(bytes,scene)(b'abc')] [memoryview(b'abcdef')[::2]] [Duck()] bytearray(b'ab') "
    "[scene.sock]"
)

SEVERAL_TO_FILL = words(
    "[] () [bytearray(4)] [bytearray(4),bytearray(9)] [bytearray(0)] (bytearray(4),) iter([bytearray(4)]) None 3 "
    "'abc' b'abc' {} object() [None] ['x'] [3] [b'abc'] [bytearray(2),b'ro'] [memoryview(b'abc')] "
    "[array('H',bytes(8))] [array('H',bytes(4)),bytearray(9)] [memoryview(array('H',bytes(8)))[1:2],bytearray(9)] "
    "[lying(bytearray,100)(4)] [lying(bytearray,100)(4),bytearray(3)] [lying(bytearray,0)(4),bytearray(3)] "
    "[bytearray(1)]*1025 bytearray(9) after(fail) after(fail,bytearray(4)) after(scene.ask,bytearray(4)) "
    "after(scene.close,bytearray(4)) after(scene.close_fd,bytearray(4),bytearray(4)) after(scene.send,bytearray(4)) "
    "after(scene.nap,bytearray(4)) [closing(bytearray,scene)(4)] [closing(bytearray,scene)(4),bytearray(4)] "
    "[memoryview(bytearray(8))[::2]] [Duck()]"
)

TIMES = words(
    "None 0 0.0 -0.0 1 True False 0.001 1e-12 -1 -0.5 -1e-12 nan inf -inf 1e9 1e10 1e18 1e300 2**31 2**62 2**63 "
    "2**64 10**30 10**400 '1' b'1' [] () {} object() Int(1) Refuses(1) Index(1) Index(2**63) Index(3,fail) "
    "Index(3,scene.close) OnlyInt(1) Float() 3j"
)

FLAGS = words("True False 1 0 None '' 'x' [] object() nan Refuses(0) Duck() Index(0)")

DESCRIPTORS = words(
    "scene.fd scene.gone Int(scene.fd) Index(scene.fd) scene.other Int(scene.gone) scene.fd+0.0 str(scene.fd)"
)
# A small one may be anybody's, and CPython's close() takes the low bits of a large one.
_NOT_TO_CLOSE = words(
    "0 1 2 3 9 True False Int(0) Int(3) Refuses(3) Index(0) Index(3) Index(True) Index(Int(3)) Index(3,scene.ask) "
    "Index(3,scene.send) Index(3,scene.close) Index(3,scene.close_fd) OnlyInt(3) 2**32 2**32+1 2**62 -2**63"
)
DESCRIPTORS += [value for value in NUMBERS if value not in _NOT_TO_CLOSE]

DESCRIPTOR_LISTS = words(
    "[] () [scene.other] (scene.other,) [scene.other,scene.gone] [scene.gone] [-1] [2**31] [2**63] [1.5] [None] "
    "['3'] None 3 'abc' {} b'abc' object() [True] [Index(scene.other)] [Int(scene.other)] [scene.other]*17 "
    "[scene.other]*300 array('i',[scene.other]) after(fail,scene.other) after(scene.close,scene.other) "
    "after(scene.ask,scene.other) iter([scene.other]) {scene.other:1} [Index(3,scene.close)] [Index(3,scene.ask)] "
    "[Refuses(3)] Pairs(scene.other) Duck() [scene.sock]"
)

OPTION_VALUES = words(
    "0 1 -1 True 2**31 2**64 1.5 None '' 'x' b'' b'\\1' b'\\1\\0\\0\\0' bytes(15) bytes(16) bytes(17) bytearray(4) "
    "b'\\xff'*16 b'\\0'*8+b'\\xff'*8 b'\\xff'*8+b'\\0'*8 b'\\0'*7+b'\\x7f'+b'\\0'*8 array('i',[1]) array('H',[1]) "
    "memoryview(array('i',[1,2]))[1:] lying(bytes,16)(b'abcd') lying(bytes,0)(bytes(16)) lying(bytearray,4)(b'a') "
    "closing(bytes,scene)(bytes(16)) Index(1) Index(1,scene.close) Index(1,scene.ask) Refuses(1) Int(1) OnlyInt(1) "
    "[] () {} object() Duck() scene.sock nan"
)

OBJECTS = words("None 3 1.5 'x' b'x' [] object() scene.sock scene Duck() fail lying(bytes,3)(b'x')")

MODES = words("'r' 'w' 'rw' 'rb' 'wb' 'rwb' '' 'x' 'a' None 3 b'r' [] 'r'*100 lying(str,9)('r')")

ANYTHING = words("None 3 -1 1.5 'x' b'x' bytearray(3) [] object() scene.sock scene Duck() 2**64")

NAMES = {
    name: globals()[name] for name in words("Int Refuses Index OnlyInt Float Duck Pairs fail lying closing after array")
}
NAMES.update(nan=float("nan"), inf=float("inf"), time=time)


def make(expression, scene):
    """The value of that name. Raises whatever the interpreter does that cannot make it."""
    names = dict(NAMES)
    names["scene"] = scene
    return eval(expression, names)
