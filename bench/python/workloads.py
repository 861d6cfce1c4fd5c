# -*- coding: utf-8 -*-
"""The values that the benchmark pickles, the same in every Python (3.6 or later) and every run.

    python3 bench/python/workloads.py [NAME ...]     writes .cache/bench/NAME.pkl; without names all of them

The bm_ rows have the shapes of pyperformance's pickle benchmarks. Protocol 4 unless the name says otherwise. Random
values are drawn with random() and getrandbits() only, whose results no version changes.
"""
import collections
import datetime
import hashlib
import os
import pickle
import random
import sys

# nest_800 needs more than the usual 1000 in some versions.
sys.setrecursionlimit(10000)

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(os.path.dirname(os.path.dirname(HERE)), ".cache", "bench")

Workload = collections.namedtuple("Workload", "name protocol make")
WORKLOADS = collections.OrderedDict()


def workload(protocol=4, name=None):
    def note(make):
        key = name or make.__name__
        WORKLOADS[key] = Workload(key, protocol, make)
        return make
    return note


def below(rng, n):
    return int(rng.random() * n)


class Person(object):
    def __init__(self, name, age, email):
        self.name = name
        self.age = age
        self.email = email


class Slots(object):
    __slots__ = ("x", "y", "label")

    def __init__(self, x, y, label):
        self.x = x
        self.y = y
        self.label = label


class Node(object):
    def __init__(self, value, left, right):
        self.value = value
        self.left = left
        self.right = right


Point = collections.namedtuple("Point", "x y label")

try:
    import dataclasses

    @dataclasses.dataclass
    class Item:
        id: int
        name: str
        price: float
        count: int
except ImportError:  # 3.6
    class Item(object):
        def __init__(self, id, name, price, count):
            self.id = id
            self.name = name
            self.price = price
            self.count = count


# --- pyperformance shapes


@workload()
def bm_dict():
    return {
        "ads_flags": 0, "age": 18, "birthday": datetime.date(1980, 5, 7), "bulletin_count": 0, "comment_count": 0,
        "country": "BR", "encrypted_id": "G9urXXAJwjE", "favorite_count": 9, "first_name": "", "flags": 412317970704,
        "friend_count": 0, "gender": "m", "gender_for_display": "Male", "id": 302935349, "is_custom_profile_icon": 0,
        "last_name": "", "locale_preference": "pt_BR", "member": 0, "tags": ["a", "b", "c", "d", "e", "f", "g"],
        "profile_foo_id": 827119638, "secure_encrypted_id": "Z_xxx2dYx3t4YAdnmfgyKw", "session_number": 2,
        "signup_id": "201-19225-223", "status": "A", "theme": 1, "time_created": 1225237014,
        "time_updated": 1233134493, "unread_message_count": 0, "user_group": "0", "username": "someone",
        "play_count": 9, "view_count": 7, "zip": "",
    }


@workload()
def bm_tuple():
    rng = random.Random(4)
    return ([rng.getrandbits(28) for _ in range(25)] + [below(rng, 1000) for _ in range(25)], 60)


@workload()
def bm_group():
    rng = random.Random(5)
    group = []
    for _ in range(3):
        mutated = dict(bm_dict())
        for key in list(mutated):
            number = rng.getrandbits(63)
            if isinstance(mutated[key], int):
                mutated[key] = number
            elif isinstance(mutated[key], str):
                mutated[key] = str(number)
        group.append(mutated)
    return group


@workload()
def bm_list():
    return [[list(range(10)), list(range(10))] for _ in range(10)]


@workload()
def bm_pickle_dict():
    return {key: dict.fromkeys(range(10)) for key in range(100)}


# --- numbers


@workload()
def int_1m():
    rng = random.Random(1)
    return [below(rng, 1000000) for _ in range(1000000)]


@workload()
def int_mixed_1m():
    rng = random.Random(2)
    return [rng.getrandbits(50) if i % 10 == 0 else below(rng, 1000000) for i in range(1000000)]


@workload()
def float_1m():
    rng = random.Random(3)
    return [rng.random() * 1000 for _ in range(1000000)]


@workload()
def bigint_50k():
    rng = random.Random(6)
    return [rng.getrandbits(200) for _ in range(50000)]


# --- text and bytes


@workload()
def str_unique_200k():
    rng = random.Random(7)
    return ["%s_%d" % ("%x" % rng.getrandbits(32), i) for i in range(200000)]


@workload()
def str_repeat_200k():
    words = ["word_%d" % i for i in range(1000)]
    return [words[(i * 7) % 1000] for i in range(200000)]


@workload()
def str_dup_200k():
    # Equal texts that are not the same object, so the pickler does not memoise them.
    return ["word_%d" % ((i * 7) % 1000) for i in range(200000)]


@workload()
def str_nonascii_100k():
    rng = random.Random(8)
    letters = "äöüßéèñçàπλσжщ日本語中文"
    return ["%s%d" % ("".join(letters[below(rng, len(letters))] for _ in range(8)), i) for i in range(100000)]


@workload()
def str_long():
    rng = random.Random(9)
    block = "".join("%08x" % rng.getrandbits(32) for _ in range(1024))
    return [block[at:at + 4096] for at in (below(rng, 4096) for _ in range(5000))]


@workload()
def bytes_100k():
    rng = random.Random(10)
    return [block(rng.getrandbits(32), 8 + below(rng, 33)) for _ in range(100000)]


def block(seed, length):
    return hashlib.sha512(str(seed).encode("ascii")).digest()[:length]


# --- rows and instances


def rows(n):
    rng = random.Random(11)
    tags = ["red", "green", "blue", "new", "sale", "old"]
    return [
        {
            "id": i,
            "name": "item %d" % i,
            "price": below(rng, 10000) / 100.0,
            "tags": [tags[below(rng, 6)], tags[below(rng, 6)]],
            "nested": {"stock": below(rng, 50), "active": rng.random() < 0.5},
        }
        for i in range(n)
    ]


@workload()
def rows_100k():
    return rows(100000)


@workload(protocol=2)
def rows_100k_p2():
    return rows(100000)


@workload(protocol=0)
def rows_20k_p0():
    return rows(20000)


@workload()
def inst_100k():
    rng = random.Random(12)
    return [Person("name %d" % i, below(rng, 100), "user%d@example.org" % i) for i in range(100000)]


@workload()
def namedtuple_100k():
    rng = random.Random(13)
    return [Point(rng.random(), rng.random(), i) for i in range(100000)]


@workload()
def dataclass_100k():
    rng = random.Random(14)
    return [Item(i, "item %d" % i, below(rng, 10000) / 100.0, below(rng, 50)) for i in range(100000)]


@workload()
def slots_100k():
    rng = random.Random(15)
    return [Slots(rng.random(), i, "label %d" % (i % 100)) for i in range(100000)]


@workload()
def tree_deep():
    def tree(depth, value):
        if depth == 0:
            return None
        return Node(value, tree(depth - 1, 2 * value), tree(depth - 1, 2 * value + 1))
    return tree(15, 1)


# --- containers


@workload()
def tuple_200k():
    rng = random.Random(16)
    return [(i, rng.random(), "t%d" % (i % 1000)) for i in range(200000)]


@workload()
def dict_str_int_200k():
    return {"key_%d" % i: i for i in range(200000)}


@workload()
def dict_int_int_200k():
    return {i * 3: i for i in range(200000)}


@workload()
def set_int_200k():
    rng = random.Random(17)
    made = set()
    while len(made) < 200000:
        made.add(rng.getrandbits(30))
    return made


@workload()
def shared_100k():
    parts = [[i] for i in range(100)]
    return [parts[(i * 7) % 100] for i in range(100000)]


@workload()
def nest_800():
    made = []
    for _ in range(800):
        made = [made]
    return made


# --- one large blob


def blob():
    return b"".join(block(i, 64) for i in range(16384)) * 100


@workload(protocol=4)
def bytes_100mb_p4():
    return blob()


@workload(protocol=5)
def bytes_100mb_p5():
    return bytearray(blob())


def path_of(name):
    return os.path.join(FOLDER, name + ".pkl")


def prepare(name):
    """Write the pickle of a workload unless it is there; gives its path."""
    path = path_of(name)
    if not os.path.exists(path):
        os.makedirs(FOLDER, exist_ok=True)
        work = WORKLOADS[name]
        part = "%s.%d" % (path, os.getpid())
        with open(part, "wb") as f:
            f.write(pickle.dumps(work.make(), work.protocol))
        os.replace(part, path)
    return path


def parts_of(value):
    """The values directly inside a value, in order; dict keys before their values."""
    kind = type(value)
    if kind in (list, tuple, set) or isinstance(value, tuple):
        return list(value)
    if kind is dict:
        return [part for pair in value.items() for part in pair]
    if kind in (Person, Node, Item):
        return [part for pair in value.__dict__.items() for part in pair]
    if kind is Slots:
        return [value.x, value.y, value.label]
    return []


def count(value):
    """How many values there are, keys and leaves among them; a shared one counts each time it is met."""
    total, todo = 0, [value]
    while todo:
        total += 1
        todo.extend(parts_of(todo.pop()))
    return total


def same(a, b):
    """Whether two workload values are alike in every type and value."""
    todo = [(a, b)]
    while todo:
        x, y = todo.pop()
        if type(x) is not type(y):
            return False
        if type(x) is set:
            if x != y or {type(part) for part in x} != {type(part) for part in y}:
                return False
            continue
        inside, other = parts_of(x), parts_of(y)
        if len(inside) != len(other) or (not inside and hasattr(x, "__eq__") and x != y):
            return False
        todo.extend(zip(inside, other))
    return True


if __name__ == "__main__":
    import workloads  # so that the classes are workloads.Person, not __main__.Person

    for name in sys.argv[1:] or workloads.WORKLOADS:
        print("%s %d" % (name, os.path.getsize(workloads.prepare(name))))
