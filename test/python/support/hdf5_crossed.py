"""Writes HDF5 files whose features are crossed at random: python hdf5_crossed.py FOLDER COUNT SEED.

Dtype × shape × chunks × filters × fill × maxshape × libver × order × attributes; what h5py refuses is left out.
Prints how many files there are.
"""
import os
import random
import sys

import h5py
import numpy as np

NUMBERS = "i1 u1 <i2 >i2 <u2 >u4 <i4 >i4 <i8 >i8 >u8 <f2 >f2 <f4 >f4 <f8 >f8 ? c8 >c16".split()
OTHERS = {
    "S5": np.dtype("S5"),
    "V4": np.dtype("V4"),
    "enum": h5py.enum_dtype({"A": 0, "B": 3, "C": -7}, "<i2"),
    "text": h5py.string_dtype(),
    "ascii": h5py.string_dtype("ascii"),
    "fixed": h5py.string_dtype("utf-8", 9),
    "record": np.dtype([("a", "<i4"), ("b", ">f8"), ("c", "S3")]),
    "nested": np.dtype([("x", "u1"), ("in", [("p", ">i2"), ("q", "<f4", (2,))])], align=True),
    "mixed": np.dtype([("f", "?"), ("g", "<c8"), ("s", h5py.string_dtype())]),
    "array": np.dtype(("<i4", (2, 3))),
    "ints": h5py.vlen_dtype("<i4"),
    "floats": h5py.vlen_dtype("<f8"),
    "reference": h5py.ref_dtype,
    "region": h5py.regionref_dtype,
    "datetime": h5py.opaque_dtype(np.dtype("<M8[us]")),
}
KINDS = NUMBERS + list(OTHERS)
SHAPES = [(), (0,), (1,), (7,), (3, 5), (4, 0, 2), (2, 3, 4), (1, 1, 1, 1), (200,), (65, 33), (5, 4, 3, 2, 2)]
BOUNDS = [
    (low, high)
    for low, high in [
        ("earliest", "v108"), ("v108", "v108"), ("v108", "v110"), ("v110", "v110"), ("v110", "v112"), ("v112", "v112"),
        ("v112", "v114"), ("v114", "v114"), ("earliest", "latest"), ("latest", "latest"),
    ]
]
# Which exceptions h5py raises for what it refuses is its own affair.
REFUSED = (ValueError, TypeError, OSError, RuntimeError, OverflowError)


def kind_of(name):
    return OTHERS[name] if name in OTHERS else np.dtype(name)


def values(name, shape, r, f):
    dtype = kind_of(name)
    size = int(np.prod(shape, dtype=int))
    items = range(size)
    if name == "array":
        return np.arange(size * 6, dtype="<i4").reshape(tuple(shape) + (2, 3))
    if name == "datetime":
        return np.arange(size, dtype="<i8").astype("<M8[us]").reshape(shape).astype(dtype)
    if dtype.kind in "fc":
        return (np.arange(size) * 1.37 - 3).astype(dtype).reshape(shape)
    if name in NUMBERS and name != "?" or name in ("S5", "V4"):
        return np.frombuffer(r.randbytes(size * dtype.itemsize), dtype, size).reshape(shape).copy()
    make = {
        "?": lambda i: i % 3 == 0,
        "enum": lambda i: [0, 3, -7][i % 3],
        "text": lambda i: "é%d" % i if i % 5 else "",
        "ascii": lambda i: ("t%d" % i) * (i % 4),
        "fixed": lambda i: ("ü%d" % i).encode(),
        "record": lambda i: (i, i * 0.5, b"x%d" % (i % 10)),
        "nested": lambda i: (i % 200, (i, [i, -i])),
        "mixed": lambda i: (i % 2 == 0, i + 1j, "s%d" % i),
        "ints": lambda i: np.arange(i % 4, dtype="<i4"),
        "floats": lambda i: np.arange(i % 4, dtype="<f8"),
        "reference": lambda i: f.ref if i % 2 else h5py.Reference(),
        "region": lambda i: f["target"].regionref[i % 3 : 5, 1:3] if i % 2 else h5py.RegionReference(),
    }[name]
    out = np.empty(size, "S9" if name == "fixed" else dtype)
    for i in items:
        out[i] = make(i)
    return out.reshape(shape)


def options(name, shape, r):
    dtype = kind_of(name)
    out = {}
    if shape and (0 not in shape or r.random() < 0.5) and r.random() < 0.65:
        chunks = tuple(r.randint(1, max(1, n)) for n in shape)
        if r.random() < 0.5:
            out["maxshape"] = tuple(None if r.random() < 0.4 else n + r.randint(0, 9) for n in shape)
            chunks = tuple(max(1, min(c, m)) if m is not None else c for c, m in zip(chunks, out["maxshape"]))
        out["chunks"] = chunks if r.random() < 0.7 else True
        if r.random() < 0.3:
            out["compression"] = r.choice(["gzip", "lzf", 0, 9])
        if r.random() < 0.3:
            out["shuffle"] = True
        if r.random() < 0.3:
            out["fletcher32"] = True
        if r.random() < 0.25 and dtype.kind in "iuf" and name != "enum" and (dtype.kind != "f" or dtype.itemsize > 2):
            out["scaleoffset"] = 3 if dtype.kind == "f" else r.choice([0, True, 5])
            out.pop("fletcher32", None)
    if r.random() < 0.4 and dtype.kind in "iuf":
        out["fillvalue"] = r.choice([0, 1, 7])
    if r.random() < 0.2:
        # What is never filled holds for references whatever stood in memory.
        out["fill_time"] = r.choice(["ifset", "alloc"] if name in ("reference", "region") else ["ifset", "never", "alloc"])
    return out


def dataset(f, j, r):
    name, shape = r.choice(KINDS), r.choice(SHAPES)
    told = options(name, shape, r)
    path = r.choice(["d%d", "g/d%d", "a/b/c/d%d", "é/%d"]) % j
    d = f.create_dataset(path, shape, kind_of(name), track_order=r.random() < 0.3, **told)
    how = r.random()
    if how < 0.75:
        d[...] = values(name, shape, r, f)
    elif how < 0.85 and shape and shape[0] > 1:
        d[1:] = values(name, shape, r, f)[1:]
    if "maxshape" in told and r.random() < 0.5:
        d.resize([max(0, n + r.randint(-2, 30)) if m is None else min(m, n + 3) for n, m in zip(d.shape, d.maxshape)])
    for q in range(r.choice([0, 0, 1, 3, 12])):
        kind, own = r.choice(KINDS), r.choice([(), (1,), (3,), (2, 2), (0,)])
        try:
            made = values(kind, own, r, f)
            d.attrs.create("attr%d %s" % (q, kind), made[()] if own == () else made, shape=own, dtype=kind_of(kind))
        except REFUSED:
            pass


def write(path, r):
    told = {"libver": r.choice(BOUNDS), "track_order": r.random() < 0.4}
    if r.random() < 0.15:
        told["userblock_size"] = r.choice([512, 1024, 2048])
    if r.random() < 0.2:
        told.update(fs_strategy=r.choice(["fsm", "page", "aggregate", "none"]), fs_persist=r.random() < 0.5)
    with h5py.File(path, "w", **told) as f:
        f.create_dataset("target", (6, 7), "i4")
        for j in range(r.randint(1, 5)):
            try:
                dataset(f, j, r)
            except REFUSED:
                pass
        if r.random() < 0.3:
            g = f.create_group("links")
            g["soft"] = h5py.SoftLink(r.choice(["/nowhere", "/"]))
            g["external"] = h5py.ExternalLink("x.h5", "/y")
            for q in range(r.choice([0, 3, 9, 40])):
                g.create_group("child %d" % q, track_order=r.random() < 0.5)
        if r.random() < 0.2:
            f["type"] = OTHERS[r.choice(["enum", "record", "ints", "text"])]
        if r.random() < 0.2:
            f.attrs["empty"] = h5py.Empty("f4")
            f.create_dataset("nothing", data=h5py.Empty("S3"))
        if r.random() < 0.3 and "d0" in f:
            del f["d0"]


def main():
    folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    made = 0
    for k in range(count):
        path = os.path.join(folder, "crossed-%04d.h5" % k)
        try:
            write(path, random.Random(k * 7919 + seed))
            made += 1
        except REFUSED:
            if os.path.exists(path):
                os.remove(path)
    print(made)


main()
