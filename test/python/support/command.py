"""Makes files of NumPy, h5py, pandas and scikit-learn in a folder, and says what is in them, as JSON.

Source of truth: the libraries themselves, and pickletools.
"""

import json
import os
import pickle
import pickletools
import sys

import h5py
import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.linear_model import LogisticRegression

folder = sys.argv[1]
random = np.random.default_rng(int(sys.argv[2]))


def at(name):
    return os.path.join(folder, name)


def pickles():
    rows = []
    values = [{"a": [1, 2.5, None, True], "b": (b"x", {1, 2})}, list(range(300)), "text", np.arange(5.0)]
    for protocol in range(6):
        for i, value in enumerate(values):
            data = pickle.dumps(value, protocol)
            name = "p%d_%d.pkl" % (protocol, i)
            with open(at(name), "wb") as f:
                f.write(data)
            ops = list(pickletools.genops(data))
            protocols = [op.proto for op, _, _ in ops] + [arg for op, arg, _ in ops if op.name == "PROTO"]
            rows.append({"file": name, "protocol": max(protocols), "opcodes": len(ops)})
    return rows


def model():
    x = random.normal(size=(40, 4))
    fitted = LogisticRegression().fit(x, x[:, 0] > 0)
    rows = []
    for name, compress in (("m.joblib", 0), ("m.joblib.gz", ("gzip", 3)), ("m.joblib.z", ("zlib", 3)), ("m.joblib.xz", ("xz", 3))):
        joblib.dump(fitted, at(name), compress=compress)
        rows.append({"file": name, "shells": [] if compress == 0 else [compress[0]]})
    return {"files": rows, "sklearn": sklearn.__version__, "numpy": "numpy >= 2" if int(np.__version__.split(".")[0]) > 1 else "numpy < 2"}


def dtype_text(item):
    return "str" if h5py.check_string_dtype(item.dtype) and item.dtype.kind == "O" else str(item.dtype)


def hdf5():
    rows = []
    for libver in ("earliest", "v108", "v110", "latest"):
        name = "h_%s.h5" % libver
        with h5py.File(at(name), "w", libver=(libver, libver if libver != "earliest" else "latest")) as f:
            f.attrs["title"] = "x"
            for i in range(6):
                group = f.create_group("g%d/inner" % i)
                group.attrs["n"] = i
                shape = tuple(int(n) for n in random.integers(1, 6, size=int(random.integers(0, 4))))
                dtype = ["f8", "i4", "u1", ">f4", "c16", "S5"][i]
                if shape and i % 2:
                    group.create_dataset("d", shape=shape, dtype=dtype, maxshape=(None,) + shape[1:], compression="gzip", shuffle=True)
                else:
                    group.create_dataset("d", shape=shape, dtype=dtype)
            f["text"] = ["a", "bc"]
            f["again"] = f["text"]
        with h5py.File(at(name), "r") as f:
            found = {}
            counts = {"groups": 0, "datasets": 0, "attributes": len(f.attrs)}

            def visit(path, item):
                counts["attributes"] += len(item.attrs)
                if isinstance(item, h5py.Dataset):
                    counts["datasets"] += 1
                    found["/" + path] = {"shape": list(item.shape), "type": dtype_text(item), "chunks": item.chunks and list(item.chunks)}
                else:
                    counts["groups"] += 1

            f.visititems(visit)
            superblock = f.id.get_create_plist().get_version()[0]
            rows.append({"file": name, "counts": counts, "superblock": superblock, "datasets": found})
    return rows


def tables():
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y,z", None], "c": [1.5, np.nan, 1e300], "d": pd.date_range("2020-01-01", periods=3)})
    frame.to_pickle(at("frame.pkl"))
    series = pd.Series([1.5, 2.0], index=["p", "q"], name="s")
    series.to_pickle(at("series.pkl"))
    return [{"file": "frame.pkl", "csv": frame.to_csv()}, {"file": "series.pkl", "csv": series.to_csv()}]


def matrices():
    rows = []
    for i, dtype in enumerate(["f8", "f4", "i8", "u1", ">i2", "?", "f2"]):
        array = (random.normal(size=(7, 3)) * 50).astype(dtype)
        np.save(at("x%d.npy" % i), array)
        rows.append({"file": "x%d.npy" % i, "rows": array.astype("f8").tolist()})
    return rows


def changed(array):
    other = array.copy()
    flat = other.reshape(-1)
    for place in random.integers(0, flat.size, size=int(random.integers(0, 5))):
        if array.dtype.kind in "SU":
            flat[place] = "zz"
        elif array.dtype.kind == "M":
            flat[place] += np.timedelta64(3, "s")
        elif array.dtype.kind == "b":
            flat[place] = not flat[place]
        elif array.dtype.kind in "fc" and random.random() < 0.2:
            flat[place] = np.nan
        else:
            flat[place] += flat[place].dtype.type(int(random.integers(1, 4)))
    return other


def pairs():
    rows = []
    dtypes = ["f8", "f4", "f2", ">f8", "i1", "i4", "i8", "u8", ">u2", "?", "c16", "c8", "S4", "U3", "M8[s]"]
    for i in range(90):
        dtype = np.dtype(dtypes[i % len(dtypes)])
        shape = tuple(int(n) for n in random.integers(1, 6, size=int(random.integers(1, 4))))
        size = int(np.prod(shape))
        if dtype.kind in "SU":
            a = np.array([chr(97 + n % 26) * 2 for n in range(size)]).astype(dtype).reshape(shape)
        elif dtype.kind == "M":
            a = np.arange(size).astype("M8[s]").reshape(shape)
        else:
            a = (np.abs(random.normal(size=shape)) * 40).astype(dtype)
        if i % 4 == 3:
            a = np.asfortranarray(a)
        b = changed(a)
        nan = np.isnan(a) & np.isnan(b) if dtype.kind in "fcM" else np.zeros(shape, bool)
        differ = a != b
        row = {"count": int(differ.sum()), "size": size, "equal_nan": int((differ & ~nan).sum())}
        if dtype.kind in "fciu":
            wide = [x.astype("c16") if dtype.kind == "c" else x.astype("f8") for x in (a, b)]
            distance = np.abs(wide[0] - wide[1])
            finite = distance[np.isfinite(distance) & (distance > 0)]
            row["most"] = float(finite.max()) if finite.size else None
            row["close"] = bool(np.allclose(wide[0], wide[1], rtol=0.02, atol=1.5, equal_nan=True))
        names = ["d%d%s" % (i, side) for side in "ab"]
        for name, x in zip(names, (a, b)):
            np.save(at(name + ".npy"), x)
            if dtype.kind not in "UM":
                with h5py.File(at(name + ".h5"), "w") as f:
                    f.create_dataset("x", data=x, chunks=True if name.endswith("b") else None)
        rows.append({"names": names, "dtype": dtype.str, "hdf5": dtype.kind not in "UM", **row})
    return rows


def frames():
    rows = []
    for i in range(24):
        a = pd.DataFrame({
            "n": random.integers(0, 9, 5),
            "f": np.where(random.random(5) < 0.3, np.nan, random.normal(size=5)),
            "s": ["x", None, "y", "z", "x"],
            "t": pd.date_range("2021-05-01", periods=5),
            "c": pd.Categorical(list("aabba")),
            "i": pd.array([1, None, 3, 4, 5], dtype="Int64"),
        })
        b = a.copy()
        column = list(a.columns)[i % 8] if i % 8 < 6 else None
        if column is not None and i < 16:
            place = int(random.integers(0, 5))
            value = {"n": 77, "f": 7.5, "s": "changed", "t": pd.Timestamp("1999-01-01"), "c": "b", "i": 9}[column]
            b.loc[place, column] = value
        elif i % 8 == 6:
            b.index = [1, 2, 3, 4, 9]
        elif i % 8 == 7:
            b = b.rename(columns={"n": "m"})
        names = ["f%d%s.pkl" % (i, side) for side in "ab"]
        for name, x in zip(names, (a, b)):
            x.to_pickle(at(name))
        rows.append({"names": names, "equal": bool(a.equals(b))})
    return rows


print(json.dumps({"frames": frames(), "pickles": pickles(), "model": model(), "hdf5": hdf5(), "tables": tables(), "matrices": matrices(), "pairs": pairs()}))
