"""The h5py half of bench/hdf5.mjs: makes the files, then runs tasks whose names come as lines and answers in seconds."""
import os
import sys
import time

import h5py
import numpy as np

N = 10000


def make(folder):
    rng = np.random.default_rng(1)
    with h5py.File("many-old.h5", "w") as f:
        for i in range(N):
            f["name %05d" % i] = np.arange(4.0)
    with h5py.File("many-new.h5", "w", libver="latest") as f:
        for i in range(N):
            f["name %05d" % i] = np.arange(4.0)
    block = np.round(rng.normal(size=(N, 1000)) * 1000).astype("f4")
    data = np.concatenate([block + i for i in range(10)], axis=1)
    with h5py.File("plain.h5", "w") as f:
        f["x"] = data
    for name, libver in [("old", "earliest"), ("new", "latest")]:
        with h5py.File("packed-%s.h5" % name, "w", libver=libver) as f:
            f.create_dataset("x", data=data, chunks=(250, 500), compression="gzip", shuffle=True)


def listing(path):
    with h5py.File(path) as f:
        return [(name, ds.shape, ds.dtype) for name, ds in f.items()]


def one(path):
    with h5py.File(path) as f:
        return f["name 07777"][()]


def read(path):
    with h5py.File(path) as f:
        return f["x"][()]


def rows(path):
    with h5py.File(path) as f:
        return f["x"][5000:5100]


def columns(path):
    with h5py.File(path) as f:
        return f["x"][:, 5000:5100]


def blocks(path):
    with h5py.File(path) as f:
        x = f["x"]
        return [x[i * 100 : i * 100 + 100, i * 100 : i * 100 + 100] for i in range(100)]


def write(path, **options):
    with h5py.File(path, "w") as f:
        f.create_dataset("x", data=DATA, **options)


TASKS = {
    "list old": lambda: listing("many-old.h5"),
    "list new": lambda: listing("many-new.h5"),
    "one old": lambda: one("many-old.h5"),
    "one new": lambda: one("many-new.h5"),
    "read plain": lambda: read("plain.h5"),
    "read old": lambda: read("packed-old.h5"),
    "read new": lambda: read("packed-new.h5"),
    "rows plain": lambda: rows("plain.h5"),
    "columns plain": lambda: columns("plain.h5"),
    "rows old": lambda: rows("packed-old.h5"),
    "columns old": lambda: columns("packed-old.h5"),
    "blocks old": lambda: blocks("packed-old.h5"),
    "write plain": lambda: write("h5py-plain.h5"),
    "write packed": lambda: write("h5py-packed.h5", chunks=(250, 500), compression="gzip"),
}

def clear():
    for path in ["h5py-plain.h5", "h5py-packed.h5"]:
        if os.path.exists(path):
            os.remove(path)


os.chdir(sys.argv[1])
clear()
if not os.path.exists("packed-new.h5"):
    make(".")
DATA = read("plain.h5")
print("h5py %s, HDF5 %s, Python %s" % (h5py.__version__, h5py.version.hdf5_version, sys.version.split()[0]), flush=True)
for line in sys.stdin:
    task = TASKS[line.strip()]
    start = time.perf_counter()
    for _ in range(20 if line.startswith(("one", "rows plain")) else 1):
        kept = task()
    seconds = time.perf_counter() - start
    clear()
    print(seconds, flush=True)
    del kept
