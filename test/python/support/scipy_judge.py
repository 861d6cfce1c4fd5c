"""Reads a JSON list of {id, how, data} (base64 pickles by brine) and prints what SciPy describes otherwise than its own.

The cases and their descriptions are those of fixtures/make/scipy_cases.py, for the SciPy that runs this; `--emit` gives
its own pickles.
"""
import base64
import json
import os
import pickle
import sys
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "fixtures", "make"))

import scipy
import scipy_cases

own = scipy_cases.cases()
if "--emit" in sys.argv:
    rows = [{"id": name, "data": base64.b64encode(pickle.dumps(m, 4)).decode()} for name, m in own.items()]
    print(json.dumps({"version": scipy.__version__, "rows": rows}))
    sys.exit()

warnings.simplefilter("error")
wrong = []
for case in json.load(sys.stdin):
    want = scipy_cases.describe(own[case["id"]])
    try:
        m = pickle.loads(base64.b64decode(case["data"]))
        if scipy_cases.describe(m) != want:
            wrong.append([case["id"], case["how"], scipy_cases.describe(m), want])
        m.tocsr() if m.ndim == 2 else m.tocoo()
    except Exception as e:
        wrong.append([case["id"], case["how"], repr(e)])
print(json.dumps({"version": scipy.__version__, "wrong": wrong}))
