"""Reads a JSON list of {id, npy, ours, pickles} and prints the list of what NumPy does not find equal.

`npy` is NumPy's own file, `ours` the one that brine wrote of it, `pickles` what brine dumped; all base64.
"""
import base64
import io
import json
import pickle
import sys
import warnings

import numpy as np

warnings.simplefilter("error")


def array_of(text):
    return np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=True)


def differs(a, b, order):
    if type(a) is not np.ndarray or a.shape != b.shape:
        return "shape"
    # Below protocol 5 NumPy itself turns what it loads to the machine's order.
    if order and repr(a.dtype) != repr(b.dtype):
        return "dtype %r, not %r" % (a.dtype, b.dtype)
    if a.flags.f_contiguous != b.flags.f_contiguous or a.flags.c_contiguous != b.flags.c_contiguous:
        return "order"
    # Longdoubles and padded records have bytes that mean nothing, which NumPy leaves as they come.
    is_long = any(name in repr(b.dtype) for name in ("f16", "c32", "float128", "complex256"))
    if b.dtype.names or b.dtype.hasobject or is_long:
        a, b = (a, b) if b.dtype.hasobject else (a.tolist(), b.tolist())
        return None if repr(a) == repr(b) else "items"
    return None if a.astype(b.dtype).tobytes() == b.tobytes() else "items"


wrong = []
for case in json.load(sys.stdin):
    want = array_of(case["npy"])
    try:
        found = differs(array_of(case["ours"]), want, True)
        if found:
            wrong.append("%s, npy: %s" % (case["id"], found))
        for protocol, data in enumerate(case["pickles"]):
            made = pickle.loads(base64.b64decode(data))
            found = differs(made, want, protocol == 5 and not case.get("aligned"))
            if found:
                wrong.append("%s, protocol %d: %s" % (case["id"], protocol, found))
    except Exception as e:
        wrong.append("%s: %r" % (case["id"], e))
print(json.dumps({"version": np.__version__, "wrong": wrong}))
