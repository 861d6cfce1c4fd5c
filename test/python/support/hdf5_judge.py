"""Is a file that brine wrote what h5py makes of the same calls?

python hdf5_judge.py twin OUT LIBVER ORDER   writes with h5py what test/support/hdf5-samples.ts says
python hdf5_judge.py same TWIN BRINE...      prints {"version", "wrong": [...], "objects"}: what differs, in words
python hdf5_judge.py change BRINE...         changes each file with h5py, and reads all of it again
python hdf5_judge.py open FILE...            prints for each file what its dataset "x" holds, or the error
"""
import json
import sys

import h5py
import numpy as np


def twin(path, libver, order):
    f = h5py.File(path, "w", libver=libver, track_order=order)
    h5py.get_config().track_order = order
    g = f.create_group("numbers")
    for spec in ["i1", "u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8", ">i8", "<u8"]:
        g[spec] = np.array([[0, 1, 2], [3, 100, 127]], spec)
    for spec in ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
        g[spec] = np.array([0, -1.5, np.inf, 0.1], spec)
    g["longdouble"] = np.array([0, -1.5, 3.25], np.longdouble)
    g["bool"] = [True, False, True]
    g["complex"] = [1 - 2j, 0.5 + 0j]
    g["c8"] = np.array([1 - 2j], "<c8")
    g["int"] = 5
    g["float"] = 5.5
    g["big"] = np.array([2**63, 1], "u8")
    g["half"] = np.array([0.5, 1.5], "f2")

    text = h5py.string_dtype()
    g = f.create_group("text")
    g["scalar"] = "grüß Gott"
    g["array"] = [["a", "héé"], ["", "漢字"]]
    g.create_dataset("ascii", data=["x", "yy"], dtype=h5py.string_dtype("ascii"))
    fixed = np.array([s.encode() for s in ["abc", "héé", "much too long"]], h5py.string_dtype("utf-8", 5))
    g["fixed"] = fixed
    g["bytes"] = np.array([b"abc", b"de"], "S4")
    g.create_dataset("U", data=["abc", "de"], dtype=text)
    g.create_dataset("many", data=["line %d" % i for i in range(5000)], chunks=(700,), compression="gzip")

    g = f.create_group("kinds")
    colours = h5py.enum_dtype({"RED": 0, "GREEN": 1, "BLUE": 42}, "<i2")
    g.create_dataset("enum", data=[0, 42, 1], dtype=colours)
    d = g.create_dataset("vlen", (3,), h5py.vlen_dtype("<i4"))
    d[0], d[2] = [1, 2, 3], [4]
    d = g.create_dataset("vlenfloat", (2,), h5py.vlen_dtype("f8"))
    d[0] = np.array([1.0, 2.0])
    record = np.dtype([("name", text), ("n", ">i2"), ("grid", "<f4", (2,))])
    rows = np.array([("x", 1, [1, 2]), ("yyy", -2, [3, 4])], record)
    # Fields one behind the other, as in the file.
    g.create_dataset("compound", data=rows, dtype=record)
    g["record"] = np.array([(1, 2.5), (3, 4.5)], [("a", "<i4"), ("b", ">f8")])
    g["nested"] = np.array([(1, (2, 3))], [("a", "<i4"), ("in", [("x", "u1"), ("y", "<f4")])])
    d = g.create_dataset("arrays", (1,), np.dtype(("<i4", (2, 2))))
    d[0] = [[1, 2], [3, 4]]
    g["opaque"] = np.array([b"\1\2\3"], "V3")
    days = np.array([0, 20000], "<M8[D]")
    g.create_dataset("datetime", data=days.astype(h5py.opaque_dtype(days.dtype)))
    g["empty"] = h5py.Empty("<f4")
    g.create_dataset("zero", (0, 3), "<i8")
    g.create_dataset("zerochunks", (0,), "<i8", maxshape=(None,))

    s = f.create_group("storage")
    grid = np.arange(600.0).reshape(20, 30)
    s["plain"] = grid
    s.create_dataset("unwritten", (3, 4), "<i4")
    s.create_dataset("filled", (3, 4), "<i4", fillvalue=-7)
    s.create_dataset("filledchunks", (9,), "<f4", chunks=(4,), fillvalue=2.5)[5] = 1
    s.create_dataset("gzip", data=grid, chunks=(7, 8), compression="gzip", compression_opts=9)
    s.create_dataset("all", data=grid, chunks=(7, 8), compression=1, shuffle=True, fletcher32=True)
    s.create_dataset("lzf", data=grid, compression="lzf", shuffle=True)
    noise = np.array([((i * 2654435761 % 2**32) >> 13) & 255 for i in range(5000)], "u1")
    s.create_dataset("noise", data=noise, chunks=(1000,), compression="lzf")
    s.create_dataset("one", data=grid, chunks=(20, 30))
    s.create_dataset("onegzip", data=grid, chunks=(20, 30), compression="gzip")
    s.create_dataset("fletcher", data=np.array([1, 2, 3], "u1"), fletcher32=True)
    s.create_dataset("many", data=np.arange(4000, dtype="<i2"), chunks=(1,))
    s.create_dataset("auto", (1000, 1000), "<f4", chunks=True)
    d = s.create_dataset("grown", data=grid, maxshape=(None, 40), chunks=(7, 8))
    d.resize((25, 40))
    d[24] = 1
    d.resize(13, 1)

    g = f.create_group("links")
    g["soft"] = h5py.SoftLink("/storage/plain")
    g["dangling"] = h5py.SoftLink("nowhere")
    g["external"] = h5py.ExternalLink("other.h5", "/x/y")
    g["hard"] = s["plain"]
    g["type"] = np.dtype("<f8")
    g["named"] = text
    g.create_dataset("refs", data=[s.ref, s["gzip"].ref], dtype=h5py.ref_dtype)
    g["é/ü"] = 1
    for i in range(300):
        g["many/n%d" % (299 - i)] = i

    a = f.create_dataset("attributes", (1,), "<i4").attrs
    a["text"] = "grüß"
    a["texts"] = ["p", "q"]
    a["int"] = 3
    a["float"] = 0.5
    a["bool"] = True
    a["array"] = [[1, 2], [3, 4]]
    a["typed"] = np.array([1, 65535], "<u2")
    a["é"] = 1
    a["empty"] = h5py.Empty("<i4")
    a["ref"] = s.ref
    a.create("f2", 0.5, dtype="<f2")
    a.create("shaped", [1, 2, 3, 4], shape=(2, 2), dtype="u1")
    a.create("fixed", np.bytes_(b"abc"), dtype="S3")
    a.create("enum", 42, dtype=colours)
    rows = np.empty(2, object)
    rows[:] = [np.array([1], "<i2"), np.array([2, 3], "<i2")]
    a.create("vlen", rows, dtype=h5py.vlen_dtype("<i2"))
    a["zzz"] = 1
    f.close()
    h5py.get_config().track_order = False


def words(x):
    if isinstance(x, h5py.Empty):
        return ["Empty", str(x.dtype)]
    if isinstance(x, np.ndarray):
        if x.dtype.hasobject:
            return [x.shape, [words(i) for i in x.ravel().tolist()]]
        return [x.shape, str(x.dtype), x.tolist()]
    if isinstance(x, h5py.Reference):
        return ["reference", bool(x)]
    if isinstance(x, (tuple, list)):
        return [words(i) for i in x]
    return [type(x).__name__, str(x)]


def raw(t):
    """A type in words of HDF5's own."""
    kind = t.get_class()
    out = [kind, t.get_size()]
    if kind == h5py.h5t.STRING:
        out += [t.is_variable_str(), t.get_cset(), t.get_strpad()]
    elif kind in (h5py.h5t.INTEGER, h5py.h5t.FLOAT):
        out += [t.get_order(), t.get_precision(), t.get_offset(), t.get_pad()]
        out += [t.get_sign()] if kind == h5py.h5t.INTEGER else [t.get_fields(), t.get_ebias(), t.get_norm()]
    elif kind == h5py.h5t.ENUM:
        names = [t.get_member_name(i) for i in range(t.get_nmembers())]
        out += [raw(t.get_super()), sorted((t.get_member_value(i), str(n)) for i, n in enumerate(names))]
    elif kind == h5py.h5t.COMPOUND:
        for i in range(t.get_nmembers()):
            out.append([str(t.get_member_name(i)), t.get_member_offset(i), raw(t.get_member_type(i))])
    elif kind == h5py.h5t.ARRAY:
        out += [t.get_array_dims(), raw(t.get_super())]
    elif kind == h5py.h5t.VLEN:
        out.append(raw(t.get_super()))
    elif kind == h5py.h5t.OPAQUE:
        out.append(str(t.get_tag()))
    return out


# In memory fields that hold objects are wider than in the file, where h5py leaves gaps for them.
GAPS = {"/kinds/compound"}


def tell(o, name):
    out = {"attrs": [[k, words(o.attrs[k]), raw(o.attrs.get_id(k).get_type())] for k in sorted(o.attrs)]}
    out["order"] = list(o.attrs)
    out["links"] = h5py.h5o.get_info(o.id).rc
    if isinstance(o, h5py.Group):
        out["keys"] = list(o)
        for k in o:
            link = o.get(k, getlink=True)
            out["link " + k] = [type(link).__name__, getattr(link, "path", ""), getattr(link, "filename", "")]
    elif isinstance(o, h5py.Dataset):
        plist = o.id.get_create_plist()
        out["shape"] = [o.shape, o.maxshape if o.shape is not None else None]
        out["chunks"] = o.chunks
        out["type"] = words(o[()][:0]) if name in GAPS else raw(o.id.get_type())
        out["filters"] = [plist.get_filter(i)[:3] for i in range(plist.get_nfilters())]
        out["times"] = [plist.get_alloc_time(), plist.get_fill_time(), plist.get_layout()]
        if not o.dtype.hasobject:
            out["fill"] = words(o.fillvalue) if o.dtype.names is None else 0
        out["data"] = words(o[()])
        if h5py.check_ref_dtype(o.dtype) is not None:
            out["to"] = [o.file[r].name for r in o[()]]
    else:
        out["type"] = raw(o.id)
    return out


def contents(path):
    out = {}
    with h5py.File(path, "r") as f:
        out["/"] = tell(f["/"], "/")

        def visit(name, o):
            out["/" + name] = tell(o, "/" + name)

        f.visititems(visit)
    return out


def same(a, b):
    one, two = contents(a), contents(b)
    wrong = []
    if sorted(one) != sorted(two):
        wrong.append(["objects", sorted(set(one) ^ set(two))[:20]])
    for path in one:
        for key in one[path]:
            if path in two and one[path][key] != two[path].get(key):
                wrong.append([b[-40:], path, key, str(one[path][key])[:300], str(two[path].get(key))[:300]])
    return wrong, len(one)


def change(path):
    """Adds to every structure that can grow, and takes away from it."""
    with h5py.File(path, "r+") as f:
        many = f["links/many"]
        for i in range(100):
            many["new%d" % i] = i
        del many["n7"]
        attrs = f["attributes"].attrs
        for i in range(20):
            attrs["new%d" % i] = np.arange(i)
        del attrs["text"]
        f["storage/grown"].resize((60, 40))
        f["storage/grown"][55] = 9
        f["storage/gzip"][5:15, 3] = -1
        f["storage/onegzip"][3, 3] = 5
        f["storage/unwritten"][1] = 4
        f["text/array"][0, 1] = "longer than it was"
        f["made/by/h5py"] = 5
        del f["kinds"]
    with h5py.File(path, "r") as f:
        assert len(f["links/many"]) == 399 and f["links/many/new7"][()] == 7
        assert f["storage/grown"][55, 3] == 9 and f["storage/gzip"][14, 3] == -1 and f["storage/onegzip"][3, 3] == 5
        assert f["text/array"][0, 1] == "longer than it was".encode() and f["text/array"][1, 1] == "漢字".encode()
        assert f["storage/unwritten"][1, 2] == 4 and len(f["attributes"].attrs) == 35
    contents(path)


def main():
    what, paths = sys.argv[1], sys.argv[2:]
    out = {"version": h5py.__version__, "wrong": [], "objects": 0}
    if what == "twin":
        twin(paths[0], paths[1], paths[2] == "true")
    elif what == "same":
        for path in paths[1:]:
            wrong, count = same(paths[0], path)
            out["wrong"] += wrong
            out["objects"] = count
    elif what == "change":
        for path in paths:
            change(path)
    elif what == "open":
        out["found"] = []
        for path in paths:
            try:
                with h5py.File(path, "r") as f:
                    out["found"].append(sorted(set(f["x"][()].ravel().tolist())) + [f.attrs["generation"].item()])
            except Exception as e:
                out["found"].append("%s: %s" % (type(e).__name__, e))
    print(json.dumps(out))


main()
