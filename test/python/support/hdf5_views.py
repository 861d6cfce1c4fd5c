"""What h5py says of views, external storage and few bits: python hdf5_views.py twin|ask|bits|judge FOLDER LIBVER.

twin: writes with h5py what test/python/hdf5views.test.ts writes with brine (FOLDER/twin-LIBVER.h5, and the sources).
ask: prints for FOLDER/twin-LIBVER.h5 and FOLDER/brine-LIBVER.h5 what stands in them, as JSON.
bits: writes arrays (FOLDER/plain.h5), and the same packed by scaleoffset and nbit (FOLDER/bits-h5py.h5).
judge: prints which of FOLDER/bits-brine.h5 are not as in bits-h5py.h5, and how many there are.
"""
import json
import os
import sys

import h5py
import numpy as np

task, folder, libver = sys.argv[1:]
os.chdir(folder)


def sources():
    for i in range(4):
        with h5py.File("source%d.h5" % i, "w") as f:
            f["data"] = np.arange(100, dtype="i4") + 1000 * i
            f.create_dataset("grow", data=np.arange(10 + i, dtype="i4"), maxshape=(None,), chunks=(4,))
    with open("raw.bin", "wb") as f:
        f.write(np.arange(100, dtype="<f8").tobytes())
    with open("more.bin", "wb") as f:
        f.write(np.arange(100, 120, dtype="<f8").tobytes())


def twin():
    f = h5py.File("twin-%s.h5" % libver, "w", libver=libver)
    layout = h5py.VirtualLayout(shape=(5, 100), dtype="i4")
    for i in range(4):
        layout[i] = h5py.VirtualSource("source%d.h5" % i, "data", shape=(100,))
    f.create_virtual_dataset("all", layout, fillvalue=-5)
    layout = h5py.VirtualLayout(shape=(4, 20), dtype="i8", maxshape=(4, 40))
    for i in range(4):
        source = h5py.VirtualSource("source%d.h5" % i, "data", shape=(100,))
        layout[i, ::2] = source[10:30:2]
        layout[i, 1::2] = source[50:60]
    f.create_virtual_dataset("parts", layout)
    f["own"] = np.arange(12.0).reshape(3, 4)
    layout = h5py.VirtualLayout(shape=(4, 3), dtype="f8")
    for i in range(4):
        layout[3 - i, :] = h5py.VirtualSource(".", "/own", shape=(3, 4))[:, i]
    f.create_virtual_dataset("turned", layout)
    layout = h5py.VirtualLayout(shape=(10,), dtype="i4")
    layout[[1, 2, 7]] = h5py.VirtualSource("source1.h5", "data", shape=(100,))[[5, 6, 90]]
    f.create_virtual_dataset("lists", layout, fillvalue=9)
    layout = h5py.VirtualLayout(shape=(10, 2), dtype="i4", maxshape=(None, 2))
    end = h5py.h5s.UNLIMITED
    for i in range(2):
        layout[0:end, i] = h5py.VirtualSource("source%d.h5" % i, "grow", shape=(10,), maxshape=(None,))[0:end]
    f.create_virtual_dataset("endless", layout, fillvalue=-1)
    f.create_virtual_dataset("nothing", h5py.VirtualLayout(shape=(3,), dtype="f4"), fillvalue=2.5)
    f.create_dataset("outside", (10, 11), "<f8", external=[("raw.bin", 80, 720), ("more.bin", 0, h5py.h5f.UNLIMITED)])
    f.create_dataset("one", (5,), "<f8", external="raw.bin")
    f.close()


def plain(value):
    return value.tolist() if hasattr(value, "tolist") else value


def points(space):
    try:
        return space.get_select_npoints()
    except RuntimeError:
        return "without end"


def describe(path):
    out = {}
    with h5py.File(path) as f:
        for name, d in f.items():
            plist = d.id.get_create_plist()
            out[name] = {
                "shape": d.shape,
                "maxshape": d.maxshape,
                "type": d.dtype.str,
                "values": plain(d[()]),
                "fill": plain(d.fillvalue),
                "alloc": plist.get_alloc_time(),
                "time": plist.get_fill_time(),
                "layout": plist.get_layout(),
                "external": plain(d.external),
                "virtual": d.is_virtual,
                "sources": [
                    [v.file_name, v.dset_name, points(v.vspace), points(v.src_space)]
                    for v in d.virtual_sources()
                ]
                if d.is_virtual
                else None,
            }
    return out


def arrays():
    rng = np.random.default_rng(5)
    for spec in ["i1", "u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8", ">i8", "<u8", ">u8", "<f4", ">f4", "<f8", ">f8"]:
        kind = np.dtype(spec)
        made = {"small": rng.integers(0, 100, 37), "same": np.full(37, 9), "fill": np.full(37, 5)}
        if kind.kind == "f":
            made["wide"] = rng.normal(size=37) * 1e12
            made["mixed"] = rng.normal(size=37) * 50
        else:
            low, high = int(np.iinfo(kind).min), int(np.iinfo(kind).max)
            made["wide"] = np.array([low + (high - low) * i // 36 for i in range(37)], kind)
            made["mixed"] = rng.integers(-60 if kind.kind == "i" else 0, 60, 37)
        for name, values in made.items():
            yield "%s %s" % (spec.replace("<", "le ").replace(">", "be "), name), values.astype(kind)


def factors(kind):
    return [0, 2, 5] if kind.kind == "f" else [0, 3, 7, 8 * kind.itemsize]


def bits():
    with h5py.File("plain.h5", "w") as plain, h5py.File("bits-h5py.h5", "w") as f:
        for name, values in arrays():
            plain[name] = values
            for factor in factors(values.dtype):
                for fill in [None, 5]:
                    key = "%s %d %s" % (name, factor, fill)
                    f.create_dataset(key, data=values, chunks=(20,), scaleoffset=factor, fillvalue=fill)
        for order in [h5py.h5t.STD_I32LE, h5py.h5t.STD_I32BE, h5py.h5t.STD_U16LE]:
            # Half of the bits at most may be unused.
            half = 4 * order.get_size()
            for precision, offset in [(half + 1, 0), (half + 3, 3), (2 * half - 1, 1), (2 * half, 0)]:
                kind = order.copy()
                kind.set_precision(precision)
                kind.set_offset(offset)
                plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
                plist.set_chunk((20,))
                plist.set_filter(h5py.h5z.FILTER_NBIT, h5py.h5z.FLAG_OPTIONAL, ())
                name = "nbit %s %d %d" % (order.dtype.str.replace("<", "le ").replace(">", "be "), precision, offset)
                d = h5py.h5d.create(f.id, name.encode(), kind, h5py.h5s.create_simple((37,)), plist)
                top = (1 << precision) - 1 >> (1 if order.dtype.kind == "i" else 0)
                d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(37, dtype="i8") % (top + 1), mtype=h5py.h5t.NATIVE_INT64)


def judge():
    def filters(d):
        plist = d.id.get_create_plist()
        return [plist.get_filter(i) for i in range(plist.get_nfilters())]

    wrong, count = [], 0
    with h5py.File("bits-h5py.h5") as theirs, h5py.File("bits-brine.h5") as ours:
        for name, a in theirs.items():
            b = ours[name]
            count += 1
            packed = [[d.id.read_direct_chunk((at,)) for at in (0, 20)] for d in (a, b)]
            # Where all bits are kept, the least number is of no account.
            if " wide " in name:
                packed = [[(mask, chunk[:5] + chunk[13:]) for mask, chunk in chunks] for chunks in packed]
            if filters(a) != filters(b) or a.dtype != b.dtype or not np.array_equal(a[()], b[()]) or packed[0] != packed[1]:
                wrong.append(name)
    print(json.dumps([count, wrong]))


if task in ("bits", "judge"):
    globals()[task]()
elif task == "twin":
    sources()
    twin()
else:
    print(json.dumps([describe("%s-%s.h5" % (who, libver)) for who in ["twin", "brine"]]))
