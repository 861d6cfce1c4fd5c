"""Reads a JSON list of {note, theirs, ours, mmap} and prints what joblib does not load equally.

`theirs` is a file that joblib wrote, `ours` what brine wrote of its value; both are paths.
"""
import json
import sys
import warnings

import joblib
import numpy as np

warnings.simplefilter("ignore")


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ma.MaskedArray):
        return repr(a) == repr(b)
    if isinstance(a, np.ndarray):
        if a.shape != b.shape or a.dtype != b.dtype or a.flags.f_contiguous != b.flags.f_contiguous:
            return False
        if a.dtype.hasobject:
            return repr(a.tolist()) == repr(b.tolist())
        # Padding of long doubles means nothing.
        if a.dtype.kind == "f" and a.dtype.itemsize == 16:
            return repr(a) == repr(b)
        return a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return a == b


wrong = []
for case in json.load(sys.stdin):
    try:
        if not same(joblib.load(case["ours"]), joblib.load(case["theirs"])):
            wrong.append("%s: another value" % case["note"])
        if case["mmap"] and not same(joblib.load(case["ours"], mmap_mode="r"), joblib.load(case["theirs"], mmap_mode="r")):
            wrong.append("%s: another value with mmap_mode" % case["note"])
    except Exception as e:
        wrong.append("%s: %r" % (case["note"], e))
print(json.dumps({"version": "joblib %s, NumPy %s" % (joblib.__version__, np.__version__), "wrong": wrong}))
