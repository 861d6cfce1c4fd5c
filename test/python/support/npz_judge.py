"""Reads a JSON list of {id, npy, stored, deflated, path?} and prints the list of what NumPy does not find equal.

`npy` is NumPy's own file; `stored` and `deflated` are npz files of its array that brine wrote, all base64; `path` is an
npy file that brine made in place.
"""
import base64
import io
import json
import sys
import warnings

import numpy as np

warnings.simplefilter("error")


def load(text):
    return np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=True)


def differs(a, b):
    if type(a) is not np.ndarray or a.shape != b.shape or repr(a.dtype) != repr(b.dtype):
        return "shape or dtype: %r %r, not %r %r" % (a.shape, a.dtype, b.shape, b.dtype)
    if a.flags.f_contiguous != b.flags.f_contiguous or a.flags.c_contiguous != b.flags.c_contiguous:
        return "order"
    # Longdoubles and padded records have bytes that mean nothing, which NumPy leaves as they come.
    if b.dtype.names or b.dtype.itemsize in (16, 32) or b.dtype.hasobject:
        return None if repr(a.tolist()) == repr(b.tolist()) else "items"
    return None if a.tobytes() == b.tobytes() else "items"


wrong = []
for case in json.load(sys.stdin):
    want = load(case["npy"])
    try:
        for kind in ("stored", "deflated"):
            with load(case[kind]) as npz:
                if npz.files != ["x", "arr_0"] or npz.zip.testzip() is not None:
                    wrong.append("%s, %s: %r" % (case["id"], kind, npz.files))
                found = differs(npz["x"], want)
                if found:
                    wrong.append("%s, %s: %s" % (case["id"], kind, found))
        if "path" in case:
            for mode in (None, "r"):
                found = differs(np.asarray(np.load(case["path"], mmap_mode=mode)), want)
                if found:
                    wrong.append("%s, in place: %s" % (case["id"], found))
    except Exception as e:
        wrong.append("%s: %r" % (case["id"], e))
print(json.dumps({"version": np.__version__, "wrong": wrong}))
