"""Reads a JSON list of {id, data} (base64 pickles by brine) and prints what NumPy describes otherwise than its own.

The cases and their descriptions are those of fixtures/make/numpy_values.py, for the NumPy that runs this.
"""
import base64
import json
import os
import pickle
import sys
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "fixtures", "make"))

import numpy as np
import numpy_values

made = {}
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    own = numpy_values.cases(np)
if "--emit" in sys.argv:
    warnings.simplefilter("ignore")
    rows = [{"id": name, "data": base64.b64encode(pickle.dumps(x, 4)).decode()} for name, x in own.items()]
    print(json.dumps({"version": np.__version__, "rows": rows}))
    sys.exit()

with warnings.catch_warnings():
    # NumPy 2.5 warns of what it pickles itself.
    warnings.simplefilter("ignore")
    wanted = {name: numpy_values.describe(np, pickle.loads(pickle.dumps(x, 4))) for name, x in own.items()}

# NumPy 2.3 warns of a dtype's alignment in pickles of its own, too.
warnings.simplefilter("error")
warnings.filterwarnings("ignore", message=".*align.*")
# NumPy 1 and 2 have no other name for it in common.
warnings.filterwarnings("ignore", message=".*chararray.*")
wrong = []
for case in json.load(sys.stdin):
    name = case["id"]
    want = wanted[name]
    try:
        got = numpy_values.describe(np, pickle.loads(base64.b64decode(case["data"])))
        if json.dumps(got) != json.dumps(want):
            wrong.append([name, case["how"], got, want])
    except Exception as e:
        wrong.append([name, case["how"], repr(e)])
print(json.dumps({"version": np.__version__, "count": len(own), "wrong": wrong}))
