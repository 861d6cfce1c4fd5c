"""Reads a JSON list of {id, how, data} (base64 pickles by brine) and prints what pandas finds otherwise than its own.

The cases are those of fixtures/make/pandas_cases.py, for the pandas that runs this; `--emit` gives its own pickles.
Cases of `made` are frames that brine made; `MADE` says which they are to be.
"""
import base64
import io
import json
import os
import pickle
import sys
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "fixtures", "make"))

import numpy as np
import pandas as pd
import pandas_cases

own = dict(pandas_cases.cases(), **pandas_cases.scalars())
new = tuple(int(n) for n in pd.__version__.split(".")[:2])


def made():
    nan = float("nan")
    out = {
        "numbers": pd.DataFrame({"i": [1, 2, 3], "f": [1.5, nan, 3.0], "b": [True, False, True],
                                 "f4": np.array([1, 2, 3], "f4"), "u": np.array([1, 2, 3], "u8")}),
        "objects": pd.DataFrame({"s": pd.Series(["a", None, "c"], dtype=object)}),
        "times": pd.DataFrame({"t": pd.to_datetime([1577880000000, None, 0], unit="ms").astype("M8[ns]"),
                               "z": pd.to_datetime([1577880000000, None, 0], unit="ms").astype("M8[ns]").tz_localize("UTC").tz_convert("Europe/Berlin")}),
        "categories": pd.DataFrame({"c": pd.Categorical.from_codes([1, 0, -1, 1], categories=pd.Index(["a", "b"], dtype=object))}),
        "masked": pd.DataFrame({"i": pd.array([1, None, 3], dtype="Int64"), "b": pd.array([True, None, False], dtype="boolean")}),
        "index": pd.DataFrame({"v": [1, 2]}, index=pd.Index(["x", "y"], dtype=object)),
        "time index": pd.DataFrame({"v": [1, 2]}, index=pd.DatetimeIndex(["2020-01-01", "2020-01-02"]).astype("M8[ns]")),
        "spans": pd.DataFrame({"s": pd.to_timedelta([5, None], unit="s").astype("m8[ns]")}),
        "days": pd.DataFrame({"c": pd.Categorical.from_codes([1, 0, -1], categories=pd.DatetimeIndex(["1970-01-01", "1970-01-02"]).astype("M8[ns]"))}),
        "series": pd.Series([1.5, 2.5], name="s"),
    }
    if new >= (1, 3):
        out["string"] = pd.DataFrame({"s": pd.array(["a", None], dtype=pd.StringDtype("python"))})
    return out


if "--emit" in sys.argv:
    rows = [{"id": name, "data": base64.b64encode(pickle.dumps(v, 4)).decode()} for name, v in own.items()]
    print(json.dumps({"version": pd.__version__, "rows": rows}))
    sys.exit()

if new >= (1, 0):
    from pandas.testing import assert_frame_equal, assert_series_equal
else:
    from pandas.util.testing import assert_frame_equal, assert_series_equal


def same(got, want, fresh, cut):
    # Labels of columns made by brine are objects, which pandas 3 would have made `str`.
    if isinstance(want, pd.DataFrame):
        if (fresh or cut) and new >= (3,):
            # Text that brine writes is objects, as all pandas read it.
            got, want = (df.astype({i: object for i in df.columns if df.columns.is_unique and str(df[i].dtype) == "str"}) for df in (got, want))
        kwargs = {"check_column_type": False} if fresh else {}
        if cut:
            # A part has no frequency of its own, and its text is objects or kept by Python, whatever it was before.
            kwargs = {"check_dtype": False, "check_index_type": False, "check_column_type": False, "check_categorical": False}
            if new >= (1, 1):
                kwargs["check_freq"] = False
        assert_frame_equal(got, want, **kwargs)
        repr(got), got.copy(), got.to_csv(), got.isna(), got.iloc[::-1]
    elif isinstance(want, pd.Series):
        assert_series_equal(got, want)
        repr(got + got if got.dtype.kind == "f" else got)
    else:
        assert type(got) is type(want) and (got is want or got == want), (got, want)


warnings.simplefilter("ignore")
wrong = []
count = 0
fresh = made()
for case in json.load(sys.stdin):
    isFresh = case["how"] == "made"
    want = (fresh if isFresh else own).get(case["id"])
    if isFresh and want is None:
        continue
    count += 1
    try:
        data = base64.b64decode(case["data"])
        path = os.path.join(os.environ.get("TMPDIR", "/tmp"), "brine-%d.pkl" % os.getpid())
        with open(path, "wb") as f:
            f.write(data)
        got = pd.read_pickle(path)
        os.remove(path)
        same(got, want, isFresh, case["how"] == "cut")
    except Exception as e:
        wrong.append([case["id"], case["how"], type(e).__name__ + ": " + str(e)[:400]])
print(json.dumps({"version": pd.__version__, "wrong": wrong, "count": count}))
