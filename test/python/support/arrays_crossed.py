"""Arrays of dtypes, shapes, orders and layouts by chance, in npy, npz and joblib files, some of them damaged.

    python arrays_crossed.py make FOLDER SEED COUNT     writes files, prints what this Python reads of each, as JSON
    python arrays_crossed.py judge FOLDER OTHER         prints the files of OTHER that do not hold what those of FOLDER do

Arrays are told by their fields' bytes alone: those between fields mean nothing, and NumPy does not keep them.
"""
import hashlib
import io
import json
import os
import random
import sys
import warnings

import numpy as np

try:
    import joblib
except ImportError:
    joblib = None

warnings.simplefilter("ignore")
SCALARS = [
    "?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16", "S1", "S7", "U1", "U5", "V3",
    "M8[ns]", "M8[D]", "M8[25s]", "M8[Y]", "m8[ms]", "m8[3h]",
]
NAMES = ["a", "x y", "\u00e9t\u00e9", "f0", "c'q", 'd"q', "\u6f22", "e\\n", "\U0001f600", "__proto__", "constructor"]
SHAPES = [(), (0,), (1,), (3,), (7,), (2, 3), (3, 1, 2), (0, 4), (2, 0, 3), (1, 1, 1, 1), (5, 4), (40, 30)]
COMPRESS = [0, 0, 1, 3, True, ("zlib", 9), ("gzip", 1), ("gzip", 6), ("bz2", 9), ("lzma", 1), ("xz", 3), ("lz4", 0), "lz4"]


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def dtype(self, depth=0):
        r = self.r
        p = r.random()
        if depth > 2 or p < 0.6:
            d = np.dtype(r.choice(SCALARS))
            return d.newbyteorder(">") if r.random() < 0.3 else d
        if p < 0.68 and depth > 0:
            return np.dtype((self.dtype(depth + 1), tuple(r.randint(1, 3) for _ in range(r.randint(1, 2)))))
        fields = []
        for k, name in enumerate(r.sample(NAMES, r.randint(1, 4))):
            key = ("title %d" % k, name) if r.random() < 0.15 else name
            fields.append((key, self.dtype(depth + 1)) if r.random() < 0.8 else (key, self.dtype(depth + 1), (2,)))
        return np.dtype(fields, align=r.random() < 0.3)

    def fill(self, a):
        r, d = self.r, a.dtype
        if d.names is not None:
            for name in d.names:
                self.fill(a[name])
        elif d.kind == "b":
            a[...] = np.array([r.random() < 0.5 for _ in range(a.size)], d).reshape(a.shape)
        elif d.kind in "US":
            letters = u"ab\u00e9\u6f22\U0001f600 '\"\\\n" if d.kind == "U" else "ab \n'"
            most = d.itemsize // (4 if d.kind == "U" else 1)
            words = ["".join(r.choice(letters) for _ in range(r.randint(0, most))) for _ in range(a.size)]
            a[...] = np.array(words, d).reshape(a.shape)
        else:
            raw = bytes(bytearray(r.getrandbits(8) for _ in range(a.size * d.itemsize)))
            a[...] = np.frombuffer(raw, d, a.size).reshape(a.shape)

    def array(self):
        r, d = self.r, self.dtype()
        shape = r.choice(SHAPES)
        how = r.random()
        if shape and how < 0.25:
            a = np.zeros(tuple(2 * n for n in shape), d, order=r.choice("CF"))
            self.fill(a)
            return a[tuple(slice(None, None, r.choice([2, -2])) for _ in shape)]
        a = np.zeros(shape, d, order=r.choice("CCF"))
        self.fill(a)
        return a.transpose(r.sample(range(len(shape)), len(shape))) if len(shape) > 2 and how < 0.5 else a

    def damaged(self, data):
        r = self.r
        how = r.random()
        at = r.randrange(min(len(data), r.choice([len(data), 90])))
        if how < 0.4:
            return data[:at]
        return data[:at] + bytes(bytearray([r.getrandbits(8)])) + data[at + (how < 0.7):]


def feed(digest, a):
    if a.dtype.names is None:
        digest.update(a.tobytes())
    else:
        for name in a.dtype.names:
            feed(digest, a[name])


def type_text(d):
    if d.subdtype is not None:
        return [type_text(d.subdtype[0]), list(d.subdtype[1])]
    if d.names is None:
        return d.str
    return [d.itemsize] + [[n, type_text(d.fields[n][0]), d.fields[n][1], (d.fields[n] + (None,))[2]] for n in d.names]


def told(x):
    if isinstance(x, np.ndarray):
        digest = hashlib.sha1()
        feed(digest, x)
        fortran = bool(x.flags.f_contiguous and not x.flags.c_contiguous)
        return {"dtype": type_text(x.dtype), "shape": list(x.shape), "fortran": fortran, "sha1": digest.hexdigest()}
    if isinstance(x, (list, tuple)):
        return [told(item) for item in x]
    if isinstance(x, dict) or hasattr(x, "files"):
        return {str(key): told(x[key]) for key in (x if isinstance(x, dict) else x.files)}
    return repr(x)


def read(path):
    return joblib.load(path) if path.endswith(".joblib") else np.load(path)


def make(folder, seed, count):
    maker = Maker(seed)
    r = maker.r
    rows = []
    for i in range(count):
        kind = r.choice(["npy", "npz", "joblib", "joblib"] if joblib else ["npy", "npz"])
        path = os.path.join(folder, "%d.%s" % (i, kind))
        if kind == "npy":
            np.save(path, maker.array())
        elif kind == "npz":
            arrays = {r.choice(["a", "b/c", "\u00e9", "x.npy"]) + str(k): maker.array() for k in range(r.randint(0, 3))}
            r.choice([np.savez, np.savez_compressed])(path, **arrays)
        else:
            a = maker.array()
            value = r.choice([a, [a, maker.array(), 1.5], {"w": a, "n": ("text", None)}])
            joblib.dump(value, path, compress=r.choice(COMPRESS), protocol=r.choice([2, 3, 4, 5]))
        row = {"file": os.path.basename(path), "damaged": r.random() < 0.2}
        if row["damaged"]:
            with open(path, "rb") as f:
                data = maker.damaged(f.read())
            with open(path, "wb") as f:
                f.write(data)
        try:
            row["told"] = told(read(path))
        except Exception as e:
            row["error"] = "%s: %s" % (type(e).__name__, e)
        rows.append(row)
    return rows


def judge(folder, other):
    wrong = []
    for name in sorted(os.listdir(other)):
        theirs, ours = os.path.join(folder, name), os.path.join(other, name)
        try:
            if told(read(theirs)) != told(read(ours)):
                wrong.append(name + " differs")
            elif name.endswith(".npy"):
                stream = io.BytesIO()
                np.save(stream, np.load(theirs))
                with open(ours, "rb") as f:
                    if f.read() != stream.getvalue():
                        wrong.append(name + " has other bytes")
        except Exception as e:
            wrong.append("%s: %s: %s" % (name, type(e).__name__, e))
    return wrong


if __name__ == "__main__":
    if sys.argv[1] == "make":
        made = make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
        print(json.dumps({"by": "NumPy %s, joblib %s" % (np.__version__, joblib and joblib.__version__), "rows": made}))
    else:
        print(json.dumps(judge(sys.argv[2], sys.argv[3])))
