/**
 * What readers of real Python do and a scanner may miss: bytes that two readers see differently, names in other spellings,
 * and small files that ask for vast work. Those that a Python can judge stand in `fixtures/make/scan.py` as well.
 */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { zstd } from "../../core/codecs/index.ts";
import { array } from "../../core/ndarray/index.ts";
import { zipPieces } from "../../core/zip/index.ts";
import { npyBytes } from "../../formats/npy/index.ts";
import { type Report, type ScanOptions, scan } from "./index.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const latin1 = (data: Uint8Array): string => Buffer.from(data).toString("latin1");
const u4 = (n: number): string => String.fromCharCode(n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255);
const short = (text: string): string => `\x8c${String.fromCharCode(text.length)}${text}`;
const name = (module: string, name: string): string => `${short(module)}${short(name)}\x93`;
const verdict = async (text: string, file = "model.joblib"): Promise<string> =>
  (await scan(bytes(text), { name: file })).verdict;
const PAYLOAD = "0cos\nsystem\n(S'true'\ntR.";

interface Wrapper {
  cls?: string;
  dtype?: string;
  count?: number;
  more?: string;
}
/** The pickle of an array as joblib writes it, up to the BUILD behind which its bytes stand. */
function wrapper({ cls, dtype, count = 5, more = "" }: Wrapper): string {
  const made = cls ?? `${name("joblib.numpy_pickle", "NumpyArrayWrapper")})\x81`;
  const type = dtype ?? `${name("numpy", "dtype")}${short("u1")}\x89\x88\x87R`;
  const subclass = short("subclass") + name("numpy", "ndarray");
  const shape = `${short("shape")}K${String.fromCharCode(count)}\x85`;
  return `\x80\x04${made}}(${subclass}${shape}${short("order")}${short("C")}${short("dtype")}${type}${short("allow_mmap")}\x89${more}ub`;
}
/** An array of five bytes, which to another reader swallow all that follows. */
const five = (head: string): string => `${head}B${u4(PAYLOAD.length)}${PAYLOAD}.`;

/** The head of a file in a tar, its checksum over what `more` writes, too. */
function tarHead(name: string, size: number, more: (head: Buffer) => unknown): Buffer {
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
  const head = Buffer.alloc(512);
  head.write(`${name}\0`);
  head.write(`${octal(size, 11)}\0`, 124);
  head.write("        ", 148);
  more(head);
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${octal(sum, 6)}\0 `, 148);
  return head;
}

describe("joblib's arrays, which only joblib passes over", () => {
  test("a name with dots for the wrapper", async () => {
    expect(await verdict(five(wrapper({ cls: `${name("joblib", "numpy_pickle.NumpyArrayWrapper")})\x81` })))).toBe(
      "dangerous",
    );
  });
  test("a wrapper that another known function makes", async () => {
    const index = name("pandas.core.indexes.base", "_new_Index");
    const cls = `${index}${name("joblib.numpy_pickle", "NumpyArrayWrapper")}}\x86R`;
    expect(await verdict(five(wrapper({ cls })))).toBe("dangerous");
  });
  test("a wrapper within the pickle of objects, which pickle.load reads", async () => {
    const objects = wrapper({ dtype: `${name("numpy", "dtype")}${short("O8")}\x89\x88\x87R` });
    const inner = `${wrapper({ count: PAYLOAD.length })}${PAYLOAD}.`;
    expect(await verdict(`${objects}${inner}.`)).toBe("dangerous");
  });
  test("dtypes whose size their first letters do not tell are suspicious, not believed", async () => {
    const dtype = (text: string, state = ""): string => `${name("numpy", "dtype")}${short(text)}\x89\x88\x87R${state}`;
    const state = (size: string, flags: string): string => `(K\x03${short("<")}NNN${size}J\xff\xff\xff\xff${flags}tb`;
    for (const one of [dtype("f8,f8"), dtype("u1", state("J\xff\xff\xff\xff", "\x88"))]) {
      const { verdict, findings } = await scan(bytes(`${wrapper({ dtype: one, count: 1 })}${"x".repeat(16)}.`));
      expect(verdict).not.toBe("safe");
      expect(findings.map(({ rule }) => rule)).toContain("not-inspected");
    }
    // NumPy does not look at the size of a number's state.
    const lied = wrapper({ dtype: dtype("u1", state("M\xff\0", "K\0")), count: 5 });
    expect(await verdict(`${lied}${"x".repeat(5)}${PAYLOAD}${"x".repeat(1300)}`)).toBe("dangerous");
  });
  test("padding that only joblib 1.2 and later pass over", async () => {
    const more = `${short("numpy_array_alignment_bytes")}K\x10`;
    const text = `${wrapper({ more, count: 1 })}${String.fromCharCode(PAYLOAD.length)}${PAYLOAD}x.`;
    expect(await verdict(text)).toBe("dangerous");
  });
  test("the last of equal keys names the companion, and one set after BUILD does not", async () => {
    const old = (items: string): string => `cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}(${items}ub`;
    const file = (path: string): string => `S'filename'\nS'${path}'\n`;
    expect(await verdict(`${old(file("a.npy"))}.`)).toBe("safe");
    expect(await verdict(`${old(file("a.npy") + file("../a.npy"))}.`)).toBe("dangerous");
    const later = `cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}q\x00(${file("/a.npy")}ubh\x00(${file("a.npy")}u0.`;
    expect(await verdict(later)).toBe("dangerous");
  });
});

describe("files of two formats", () => {
  test("a pickle that begins as a frame of lz4", async () => {
    const pickle = bytes(`V*M\x18\x00\x00\x00\x00\n${PAYLOAD}`);
    new DataView(pickle.buffer).setUint32(4, pickle.length - 8, true);
    expect((await scan(pickle, { name: "model.pkl" })).verdict).toBe("dangerous");
  });
  test("frames of zstd behind one that is skipped", async () => {
    const skipped = new Uint8Array(1008);
    skipped.set(bytes("\x50\x2a\x4d\x18\xe8\x03\0\0"));
    const packed = Buffer.concat([skipped, zstd.encode(bytes(`cos${PAYLOAD.slice(4)}`))]);
    expect((await scan(new Uint8Array(packed), { name: "model.pkl" })).verdict).toBe("dangerous");
  });
  test("a tar without the word ustar, told by its checksum as Python does", async () => {
    const packed = gzipSync(bytes(`cos${PAYLOAD.slice(4)}`));
    const head = tarHead("a.gz", packed.length, (one) => one.write("0000644\0", 100));
    const tar = Buffer.concat([head, packed, Buffer.alloc(1536 - packed.length)]);
    const { verdict, files } = await scan(new Uint8Array(tar), { name: "a.tar" });
    expect([verdict, files[0]?.format]).toEqual(["dangerous", "tar"]);
  });
  test("a size that pax tells otherwise", async () => {
    const block = (name: string, kind: string, content: string, size = content.length): Buffer => {
      const head = tarHead(name, size, (one) => {
        one.write(kind, 156);
        one.write("ustar\x0000", 257);
      });
      return Buffer.concat([head, Buffer.from(content, "latin1"), Buffer.alloc((512 - (content.length % 512)) % 512)]);
    };
    const tar = Buffer.concat([
      block("p", "x", "13 size=700\n "),
      block("a", "0", "x".repeat(700), 10),
      Buffer.alloc(1024),
    ]);
    const { findings } = await scan(new Uint8Array(tar), { name: "a.tar" });
    expect(findings.map(({ rule }) => rule)).toEqual(["tar-mismatch"]);
  });
  test("a second array behind the first in an npy file", async () => {
    const header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".padEnd(117);
    const objects = `\x93NUMPY\x01\0\x76\0${header}\ncos\nsystem\n(S'true'\ntR.`;
    const first = latin1(npyBytes(array([1, 2, 3])));
    expect(await verdict(first + objects, "a.npy")).toBe("dangerous");
    expect(await verdict(first + first, "a.npy")).toBe("safe");
  });
});

describe("names and states", () => {
  test("modules that another module imported by a name of its own", async () => {
    expect(await verdict(`\x80\x04${name("collections", "_sys.modules")}.`)).toBe("dangerous");
    expect(await verdict(`\x80\x04${name("sklearn.utils", "os.Sum")}.`)).toBe("dangerous");
    expect(await verdict(`\x80\x04${name("sklearn.utils._testing", "Pipeline")}.`)).toBe("dangerous");
  });
  test("a state that brings its own __setstate__", async () => {
    const made = `${name("argparse", "Namespace")})\x81`;
    const opener = name("torch.storage", "_load_from_bytes");
    const inner = "I1\n0cposix\nsystem\n(S'true'\ntR.";
    const text = `\x80\x04${made}}${short("__setstate__")}${opener}sbC${String.fromCharCode(inner.length)}${inner}b.`;
    expect(await verdict(text, "a.pkl")).toBe("dangerous");
    const method = `\x80\x04${made}}${short("append")}${opener}sbC${String.fromCharCode(inner.length)}${inner}a.`;
    expect(await verdict(method, "a.pkl")).toBe("dangerous");
  });
});

describe("methods of zips", () => {
  /** A zip of one file whose bytes are said to be packed by a method. */
  const saying = (method: number, packed: Uint8Array): Uint8Array => {
    const zip = new Uint8Array(Buffer.concat(zipPieces([{ name: "x.bin", data: [packed] }])));
    const directory = Buffer.from(zip).indexOf("PK\x01\x02");
    zip[8] = zip[directory + 10] = method;
    return zip;
  };
  const payload = bytes(`cos${PAYLOAD.slice(4)}`);
  test("zstd is seen through, what is unknown is suspicious", async () => {
    const { verdict, findings } = await scan(saying(93, zstd.encode(payload)), { name: "a.zip" });
    expect([verdict, findings[0]?.path]).toEqual(["dangerous", "a.zip/x.bin+0x0"]);
    expect((await scan(saying(98, payload), { name: "a.zip" })).verdict).toBe("suspicious");
  });
});

describe("Keras", () => {
  const zip = (files: Record<string, string>): Uint8Array =>
    new Uint8Array(
      Buffer.concat(zipPieces(Object.entries(files).map(([name, text]) => ({ name, data: [bytes(text)] })))),
    );
  const evil = String.raw`{"module":"builtins","class\u005fname":"exec","config":{}}`;
  test("keys spelled by escapes, in a model without weights", async () => {
    expect((await scan(zip({ "config.json": evil }), { name: "a.keras" })).verdict).toBe("dangerous");
    expect((await scan(zip({ "a/other.json": evil }), { name: "a.zip" })).verdict).toBe("dangerous");
  });
  test("equal keys in JSON that is none of Keras's are not told", async () => {
    expect((await scan(zip({ "config.json": '{"a":1,"a":2}' }), { name: "a.zip" })).verdict).toBe("safe");
  });
  test("configurations that are deep or long", { timeout: 20_000 }, async () => {
    const deep = (open: string, close: string, times: number): string => open.repeat(times) + close.repeat(times);
    const nested = `${'{"class_name":"Lambda","config":'.repeat(50_000)}{}${"}".repeat(50_000)}`;
    for (const text of [nested, `{"class_name":"x","config":[${"1,".repeat(300_000)}1]}`, deep("[", "]", 100_000)]) {
      const { verdict } = await scan(zip({ "config.json": text }), { name: "a.keras" });
      expect(["safe", "suspicious", "dangerous"]).toContain(verdict);
    }
  });
});

describe("small files that ask for vast work end soon", () => {
  const timed = async (data: Uint8Array, options: ScanOptions = {}): Promise<Report> => {
    const began = process.cpuUsage();
    const report = await scan(data, { name: "model.pkl", ...options });
    // Of this process alone: a busy machine is none of the scanner's doing.
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1e6).toBeLessThan(10);
    return report;
  };
  const tuple = `\x80\x04(${"K\x01".repeat(60_000)}tq\x000`;
  test("one long tuple as the arguments of many calls", async () => {
    for (const [cls, call] of [
      [name("builtins", "dict"), "h\x00R0"],
      [name("operator", "attrgetter"), "h\x00R0"],
      [name("dateutil.tz", "tzfile"), "h\x00R0"],
      [name("copyreg", "__newobj__"), "h\x00R0"],
      [name("builtins", "dict"), "h\x00}\x920"],
      [name("functools", "partial"), "h\x00R0"],
    ] as const) {
      const data = bytes(`${tuple}${cls}q\x010${`h\x01${call}`.repeat(60_000)}N.`);
      expect((await timed(data)).verdict, cls).toMatch(/safe|suspicious|dangerous/);
    }
  });
  test("one state for many objects", async () => {
    const dict = `\x80\x04}(${"K\x01K\x01".repeat(50_000)}uq\x000cjoblib.numpy_pickle\nNDArrayWrapper\nq\x010`;
    await timed(bytes(`${dict}${"h\x01)\x81h\x00b0".repeat(50_000)}N.`));
  });
  test("the same bytes opened many times are looked into once", async () => {
    const text = `X${u4(200_000)}${"x".repeat(200_000)}`;
    const bytes_ = `c_codecs\nencode\n(${text}${short("latin1")}tRq\x000ctorch.storage\n_load_from_bytes\nq\x010`;
    const { files } = await timed(bytes(`\x80\x04${bytes_}${"h\x01h\x00\x85R0".repeat(20_000)}N.`));
    expect(files.length).toBe(2);
  });
  test("the same name used in a way that is told, each time with deep arguments", async () => {
    const deep = `(${"(((K\x01K\x01K\x01K\x01t2t2t2".replaceAll("2", "222")}t`;
    await timed(bytes(`\x80\x04${deep}q\x000cbuiltins\nmax\nq\x010${"h\x01h\x00R0".repeat(200_000)}N.`));
  });
  test("many arrays whose length nobody can tell", async () => {
    const one = `${wrapper({ dtype: "N" })}.`;
    await timed(bytes(one.repeat(3000)), { name: "a.joblib" });
  });
  test("a row of pickles has a bound together", async () => {
    const { verdict, findings } = await timed(gzipSync(bytes(`(${"N0".repeat(1000)}t.`.repeat(400))), {
      limits: { maxOpcodes: 5000 },
    });
    expect(verdict).toBe("suspicious");
    expect(findings.map(({ rule }) => rule)).toContain("not-inspected");
  });
  test("a zip of many files with many ends before its own", async () => {
    const items = Array.from({ length: 30_000 }, (_, i) => ({ name: `${i}`, data: [] }));
    const zip = Buffer.concat(zipPieces(items));
    const ends = Buffer.from("PK\x05\x06".repeat(16_000), "latin1");
    const own = zip.length - 22;
    const data = Buffer.concat([zip.subarray(0, own), ends, zip.subarray(own)]);
    await timed(new Uint8Array(data), { name: "a.zip" });
  });
  test("a zip of as many files within its directory as without", async () => {
    const items = Array.from({ length: 65_000 }, (_, i) => ({ name: `${i}`, data: [] }));
    const zip = Buffer.concat(zipPieces(items));
    const end = zip.length - 22;
    const begin = zip.readUInt32LE(end + 16);
    const heads = zip.subarray(0, begin);
    const central = Buffer.from(zip.subarray(begin));
    central.writeUInt32LE(begin * 2, central.length - 22 + 16);
    await timed(new Uint8Array(Buffer.concat([heads, heads, central])), { name: "a.zip" });
  });
});

test("operators of libraries that the program brings, in the code of TorchScript", async () => {
  const files = { "m/data.pkl": "}.", "m/code/__torch__.py": "def forward(self, x):\n  return ops . evil.run(x)\n" };
  const items = Object.entries(files).map(([name, text]) => ({ name, data: [bytes(text)] }));
  const { verdict, findings } = await scan(new Uint8Array(Buffer.concat(zipPieces(items))), { name: "m.pt" });
  expect([verdict, findings[0]?.rule, findings[0]?.path]).toEqual([
    "suspicious",
    "torchscript-op",
    "m.pt/m/code/__torch__.py+0x1f",
  ]);
});

test("names are counted once for each place", async () => {
  const { globals } = await scan(bytes("ccollections\nOrderedDict\n.ccollections\nOrderedDict\n."), { name: "a.pkl" });
  expect(globals.map(({ count }) => count)).toEqual([2]);
});
