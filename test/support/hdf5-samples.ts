/** A file with one of everything that brine writes, and what must be found in it. */
import { array, dtype, NDArray } from "../../src/core/ndarray/index.ts";
import { PyComplex, tuple } from "../../src/core/values/index.ts";
import {
  compoundDType,
  Empty,
  enumDType,
  externalLink,
  type File,
  Group,
  opaqueDType,
  refDType,
  softLink,
  stringDType,
  vlenDType,
} from "../../src/hdf5.ts";

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Datasets by name: their options. Values are compared with what Python makes of them. */
export function fill(file: File): void {
  const numbers = file.createGroup("numbers");
  for (const spec of ["i1", "u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8", ">i8", "<u8"]) {
    numbers.createDataset(spec, {
      data: [
        [0, 1, 2],
        [3, 100, 127],
      ],
      dtype: spec,
    });
  }
  for (const spec of ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]) {
    numbers.createDataset(spec, { data: [0, -1.5, Number.POSITIVE_INFINITY, 0.1], dtype: spec });
  }
  numbers.createDataset("longdouble", { data: [0, -1.5, 3.25], dtype: "f16" });
  numbers.createDataset("bool", { data: [true, false, true] });
  numbers.createDataset("complex", { data: [new PyComplex(1, -2), new PyComplex(0.5, 0)] });
  numbers.createDataset("c8", { data: [new PyComplex(1, -2)], dtype: "<c8" });
  numbers.createDataset("int", { data: 5 });
  numbers.createDataset("float", { data: 5.5 });
  numbers.createDataset("big", { data: [2n ** 63n, 1n] });
  numbers.createDataset("half", { data: array([0.5, 1.5], { dtype: "f2" }) });

  const text = file.createGroup("text");
  text.createDataset("scalar", { data: "grüß Gott" });
  text.createDataset("array", {
    data: [
      ["a", "héé"],
      ["", "漢字"],
    ],
  });
  text.createDataset("ascii", { data: ["x", "yy"], dtype: stringDType({ encoding: "ascii" }) });
  text.createDataset("fixed", { data: ["abc", "héé", "much too long"], dtype: stringDType({ length: 5 }) });
  text.createDataset("bytes", { data: ["abc", "de"], dtype: "S4" });
  text.createDataset("U", { data: array(["abc", "de"]) });
  text.createDataset("many", { data: range(5000).map((i) => `line ${i}`), chunks: [700], compression: "gzip" });

  const kinds = file.createGroup("kinds");
  const colours = enumDType({ RED: 0, GREEN: 1, BLUE: 42 }, "<i2");
  kinds.createDataset("enum", { data: [0, 42, 1], dtype: colours });
  kinds.createDataset("vlen", { data: [[1, 2, 3], [], [4]], dtype: vlenDType("<i4") });
  kinds.createDataset("vlenfloat", { data: [new Float64Array([1, 2]), new Float64Array(0)], dtype: vlenDType("f8") });
  const rows = [tuple("x", 1, [1, 2]), tuple("yyy", -2, [3, 4])];
  const record = compoundDType([
    ["name", stringDType()],
    ["n", ">i2"],
    ["grid", "<f4", [2]],
  ]);
  kinds.createDataset("compound", { data: rows, dtype: record });
  kinds.createDataset("record", {
    data: [tuple(1, 2.5), tuple(3, 4.5)],
    dtype: [
      ["a", "<i4"],
      ["b", ">f8"],
    ],
  });
  kinds.createDataset("nested", {
    data: [tuple(1, tuple(2, 3))],
    dtype: [
      ["a", "<i4"],
      [
        "in",
        [
          ["x", "u1"],
          ["y", "<f4"],
        ],
      ],
    ],
  });
  kinds.createDataset("arrays", {
    data: [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    dtype: ["<i4", [2, 2]],
  });
  kinds.createDataset("opaque", { data: array([new Uint8Array([1, 2, 3])], { dtype: "V3" }) });
  const days = NDArray.fromBytes("<M8[D]", new Uint8Array(new BigInt64Array([0n, 20000n]).buffer), [2]);
  kinds.createDataset("datetime", { data: days, dtype: opaqueDType("<M8[D]") });
  kinds.createDataset("empty", { data: new Empty(dtype("<f4")) });
  kinds.createDataset("zero", { shape: [0, 3], dtype: "<i8" });
  kinds.createDataset("zerochunks", { shape: [0], maxshape: [null], dtype: "<i8" });

  const storage = file.createGroup("storage");
  const grid = array(Float64Array.from(range(600)), { shape: [20, 30] });
  storage.createDataset("plain", { data: grid });
  storage.createDataset("unwritten", { shape: [3, 4], dtype: "<i4" });
  storage.createDataset("filled", { shape: [3, 4], dtype: "<i4", fillvalue: -7 });
  storage.createDataset("filledchunks", { shape: [9], dtype: "<f4", chunks: [4], fillvalue: 2.5 }).set(5, 1);
  storage.createDataset("gzip", { data: grid, chunks: [7, 8], compression: "gzip", compressionOpts: 9 });
  storage.createDataset("all", { data: grid, chunks: [7, 8], compression: 1, shuffle: true, fletcher32: true });
  storage.createDataset("lzf", { data: grid, compression: "lzf", shuffle: true });
  storage.createDataset("noise", {
    data: Uint8Array.from(range(5000), (i) => (Math.imul(i, 2654435761) >>> 13) & 255),
    chunks: [1000],
    compression: "lzf",
  });
  storage.createDataset("one", { data: grid, chunks: [20, 30] });
  storage.createDataset("onegzip", { data: grid, chunks: [20, 30], compression: "gzip" });
  storage.createDataset("fletcher", { data: Uint8Array.from([1, 2, 3]), fletcher32: true });
  storage.createDataset("many", { data: Int16Array.from(range(4000)), chunks: [1] });
  storage.createDataset("auto", { shape: [1000, 1000], dtype: "<f4", chunks: true });
  const grown = storage.createDataset("grown", { data: grid, maxshape: [null, 40], chunks: [7, 8] });
  grown.resize([25, 40]);
  grown.set(24, "...", 1);
  grown.resize(13, 1);

  const links = file.createGroup("links");
  links.set("soft", softLink("/storage/plain")).set("dangling", softLink("nowhere"));
  links.set("external", externalLink("other.h5", "/x/y")).set("hard", storage.dataset("plain"));
  links.set("type", dtype("<f8")).set("named", stringDType());
  links.createDataset("refs", { data: [storage.ref, storage.dataset("gzip").ref], dtype: refDType });
  links.createDataset("é/ü", { data: 1 });
  for (const i of range(300)) links.createDataset(`many/n${299 - i}`, { data: i });

  const { attrs } = file.createDataset("attributes", { shape: [1], dtype: "<i4" });
  attrs.set("text", "grüß").set("texts", ["p", "q"]).set("int", 3).set("float", 0.5).set("bool", true);
  attrs
    .set("array", [
      [1, 2],
      [3, 4],
    ])
    .set("typed", new Uint16Array([1, 65535]))
    .set("é", 1n);
  attrs
    .set("empty", new Empty(dtype("<i4")))
    .set("ref", storage.ref)
    .set("f2", 0.5, { dtype: "<f2" });
  attrs.set("shaped", [1, 2, 3, 4], { shape: [2, 2], dtype: "u1" }).set("fixed", "abc", { dtype: "S3" });
  attrs.set("enum", 42, { dtype: colours }).set("vlen", [[1], [2, 3]], { dtype: vlenDType("<i2") });
  attrs.set("gone", 1).set("zzz", 1).delete("gone");
}

/** Everything in a file, in words. */
export function summary(file: File): unknown[] {
  const out: unknown[] = [];
  for (const [path, item] of file.walk()) {
    const attrs = [...item.attrs].map(([name, value]) => [name, String(value)]);
    if (item instanceof Group) out.push([path, [...item.keys()], attrs]);
    else if ("info" in item) {
      const { shape, chunks, maxshape, compression, fillvalue } = item;
      out.push([
        path,
        item.dtype.str,
        shape,
        chunks,
        maxshape,
        compression,
        String(fillvalue),
        String(item.read()),
        attrs,
      ]);
    } else out.push([path, item.dtype.str, attrs]);
  }
  return out;
}
