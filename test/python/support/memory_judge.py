"""Uses a folder that brine's Memory has written: `memory_judge.py FOLDER` prints what joblib.Memory finds there.

FOLDER/shared.py holds a function that both sides cache under one name.
"""
import json
import os
import sys
import warnings

import joblib
from joblib.memory import MemorizedResult

folder = sys.argv[1]
sys.path.insert(0, folder)
import shared

warnings.simplefilter("error")
memory = joblib.Memory(folder, verbose=0)
store = memory.store_backend
found = []
for item in sorted(store.get_items(), key=lambda item: item.path):
    path = os.path.relpath(item.path, store.location)
    call = os.path.split(path)
    result = MemorizedResult(store.location, call)
    assert repr(result.get()) == repr(store.load_item(call))
    metadata = store.get_metadata(call)
    assert isinstance(metadata["duration"], float) and isinstance(metadata["time"], float)
    found.append([call[0], call[1], repr(result.get()), metadata["input_args"], item.size == sum(os.path.getsize(os.path.join(item.path, name)) for name in os.listdir(item.path))])

f = memory.cache(shared.f)
known = f.check_call_in_cache(1, "x"), f.check_call_in_cache(1, b="y", c=2.5), f.check_call_in_cache(2, "x")
cached = f(1, "x"), f(1, b="y", c=2.5)
f(7, "computed by Python")
calls = list(shared.calls)
if "--reduce" in sys.argv:
    memory.reduce_size(items_limit=1)
print(json.dumps({"version": joblib.__version__, "found": found, "known": known, "cached": repr(cached), "calls": calls, "left": len(store.get_items())}))
