// Mutated pickle streams and the judge of what becomes of them; used by test/fuzz.test.ts (on the sources) and
// scripts/fuzz.mjs (on the built package).
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const data = new URL("../fixtures/data/", import.meta.url);

/** Streams of real Pythons, none longer than `longest` bytes. */
export function readSeeds(longest = 4096) {
  const seeds = [];
  for (const name of ["cpython", "values"]) {
    const text = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, data))).toString("latin1");
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const stream = Buffer.from(JSON.parse(line).stream, "base64");
      if (stream.length > 0 && stream.length <= longest) seeds.push(new Uint8Array(stream));
    }
  }
  return seeds;
}

/** Random numbers that a seed determines (mulberry32); `under(n)` is an integer from 0 to n - 1. */
export function makeRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { under: (n) => Math.floor(next() * n), pick: (list) => list[Math.floor(next() * list.length)] };
}

const latin = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));

function join(...pieces) {
  const parts = pieces.map((piece) => (typeof piece === "string" ? latin(piece) : Uint8Array.from(piece)));
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

// Whole operations with small arguments, so that random streams get far before they fail.
const ATOMS = [
  ..."()]}N\x88\x89\x8f\x8e0012lddtuuseeaab\x81\x85\x86\x87\x90\x91\x93\x92oRRQ\x94\x94\x94((((...",
  ..."\x97\x98",
  "K\x01",
  "K\x00",
  "M\x01\x02",
  "J\xff\xff\xff\xff",
  "G\x3f\xf0\x00\x00\x00\x00\x00\x00",
  "G\x7f\xf8\x00\x00\x00\x00\x00\x00",
  "G\x3f\xe0\x00\x00\x00\x00\x00\x00",
  "(G\x3f\xf0\x00\x00\x00\x00\x00\x00G\x3f\xf0\x00\x00\x00\x00\x00\x00e",
  "\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
  "\x8c\x01a",
  "\x8c\x01b",
  "\x8c\x03\xed\xa0\x80",
  "X\x01\x00\x00\x00a",
  "C\x02xy",
  "U\x01z",
  "\x96\x02\x00\x00\x00\x00\x00\x00\x00hi",
  "I01\n",
  "I7\n",
  "L8L\n",
  "F1.0\n",
  "S'q'\n",
  "V\\u0041\n",
  "g0\n",
  "p1\n",
  "Pid\n",
  "h\x00",
  "h\x01",
  "h\x02",
  "j\x00\x00\x00\x00",
  "q\x00",
  "q\x01",
  "q\x05",
  "r\x00\x10\x01\x00",
  "\x80\x02",
  "\x80\x05",
  "cbuiltins\nset\n",
  "cbuiltins\ngetattr\n",
  "c__builtin__\neval\n",
  "cbuiltins\nobject\n",
  "ccopyreg\n_reconstructor\n",
  "ccopyreg\n__newobj__\n",
  "ccollections\nOrderedDict\n",
  "ccollections\ndefaultdict\n",
  "ccollections\nCounter\n",
  "ccollections\ndeque\n",
  "cdatetime\ndatetime\n",
  "cdatetime\ntimedelta\n",
  "cdecimal\nDecimal\n",
  "cfractions\nFraction\n",
  "cuuid\nUUID\n",
  "carray\narray\n",
  "carray\n_array_reconstructor\n",
  "c_codecs\nencode\n",
  "cfunctools\npartial\n",
  "cre\n_compile\n",
  "cpathlib\nPurePosixPath\n",
  "cipaddress\nIPv4Address\n",
  "cio\nBytesIO\n",
  "ctypes\nSimpleNamespace\n",
  "cbuiltins\nrange\n",
  "cbuiltins\nslice\n",
  "cbuiltins\ncomplex\n",
  "cbuiltins\nbytearray\n",
  "cbuiltins\nfrozenset\n",
  "cbuiltins\nException\n",
  "c__main__\nC\n",
  "c__proto__\nconstructor\n",
  "i__main__\nC\n",
  "\x8c\x09__proto__",
  "\x8c\x0bconstructor",
  "\x8c\x08__dict__",
  "\x8c\x09prototype",
].map(latin);

const EDGES = [0, 1, 2, 3, 127, 128, 255, 256, 32767, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff];

const MUTATIONS = [
  function truncate(s, r) {
    return s.slice(0, r.under(s.length));
  },
  function flip(s, r) {
    const out = s.slice();
    for (let n = 1 + r.under(4); n > 0; n--) out[r.under(out.length)] ^= 1 << r.under(8);
    return out;
  },
  function replace(s, r) {
    const out = s.slice();
    for (let n = 1 + r.under(4); n > 0; n--) out[r.under(out.length)] = r.under(256);
    return out;
  },
  function splice(s, r, seeds) {
    const other = r.pick(seeds);
    return join(s.subarray(0, r.under(s.length)), other.subarray(r.under(other.length)));
  },
  function duplicate(s, r) {
    const from = r.under(s.length);
    const to = Math.min(s.length, from + 1 + r.under(40));
    const piece = s.subarray(from, to);
    const pieces = Array.from({ length: 1 + r.under(8) }, () => [...piece]);
    return join(s.subarray(0, from), ...pieces, s.subarray(from));
  },
  function remove(s, r) {
    const from = r.under(s.length);
    return join(s.subarray(0, from), s.subarray(from + 1 + r.under(6)));
  },
  function insert(s, r) {
    let out = s;
    for (let n = 1 + r.under(3); n > 0; n--) {
      const at = r.under(out.length);
      out = join(out.subarray(0, at), r.pick(ATOMS), out.subarray(at));
    }
    return out;
  },
  function length(s, r) {
    const out = s.slice();
    const at = r.under(out.length);
    const value = r.pick(EDGES);
    const width = r.pick([1, 2, 4, 8]);
    for (let i = 0; i < width && at + i < out.length; i++)
      out[at + i] = i < 4 ? (value >>> (8 * i)) & 255 : r.under(2) * 255;
    return out;
  },
  function structured(_s, r) {
    const pieces = r.under(2) ? ["\x80\x04"] : [];
    for (let n = 1 + r.under(60); n > 0; n--) pieces.push(r.pick(ATOMS));
    // A tail that folds what is left into one value.
    for (let n = r.under(6); n > 0; n--) pieces.push(r.pick(["t", "l", "\x86", "\x85", "d", "e", "u", "b"]));
    return join(...pieces, ".");
  },
  function batches(_s, r) {
    // Batches as the C pickler writes them, with something odd in one of them.
    const dict = r.under(2) === 1;
    const item = r.pick(["K\x01", "G\x3f\xf0\x00\x00\x00\x00\x00\x00", "N", "h\x00"]);
    const one = dict ? `\x8c\x01k${item}` : item;
    const count = r.pick([999, 1000, 1000, 1001]);
    const end = dict ? "u" : "e";
    const odd = latin(r.pick(["", "", "0", "1", "t", "h\x00", "N", "2", "a"]));
    return join(
      dict ? "}\x94(" : "]\x94(",
      one.repeat(count),
      r.under(4) ? end : r.pick(ATOMS),
      r.under(4) ? "(" : r.pick(ATOMS),
      one.repeat(r.under(3)),
      odd,
      r.under(6) ? end : r.pick(ATOMS),
      r.under(4) ? "" : r.pick(ATOMS),
      ".",
    );
  },
];

/** One mutated stream. */
export function mutate(seeds, r) {
  let stream = r.pick(seeds);
  for (let n = 1 + (r.under(3) === 0 ? r.under(3) : 0); n > 0; n--) {
    if (stream.length === 0) break;
    const mutation = r.pick(MUTATIONS);
    if (mutation.name === "batches" && r.under(8)) continue;
    stream = mutation(stream, r, seeds);
  }
  return stream;
}

const le8 = (n) => {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, n, true);
  return out;
};
const DEEP = 100_000;

/** Streams made to hurt: by name, the bytes, and "load" or "refuse". */
const gets = (n) => Array.from({ length: n }, (_, i) => `j${String.fromCharCode(i & 255, i >> 8, 0, 0)}`).join("");
const floats = (n) => {
  const key = (i) => `J${String.fromCharCode(i & 255, (i >> 8) & 255, i >> 16, 0)}`;
  return Array.from({ length: n }, (_, i) => `${key(i)}G\x3f\xf0\0\0\0\0\0\0`).join("");
};

export function bombs() {
  const shared = (levels) => `${"K\x01K\x02\x86"}${"2\x86".repeat(levels)}`;
  let laughs = "]q\x00(K\x01K\x02e";
  for (let i = 1; i < 60; i++) laughs += `]q${String.fromCharCode(i)}(${`h${String.fromCharCode(i - 1)}`.repeat(10)}e`;
  return [
    ["shared tuple of 40 levels as a dict key", join("}", shared(40), "K\x01s."), "load"],
    ["shared tuple of 40 levels in a set", join("\x8f(", shared(40), "\x90."), "load"],
    ["two equal shared tuples as keys", join("}", shared(40), "K\x01s", shared(40), "K\x02s."), "load"],
    ["billion laughs by memo", join(`${laughs}.`), "load"],
    ["LONG_BINPUT 0x7fffffff", join("]r\xff\xff\xff\x7f."), "load"],
    ["LONG_BINPUT 0xffffffff", join("]r\xff\xff\xff\xff."), "load"],
    ["PUT 2 ** 53 - 1", join("]p9007199254740991\ng9007199254740991\na."), "load"],
    ["many far memo slots", join("N", ...Array.from({ length: 2000 }, (_, i) => `p${i * 1_000_003}\n`), "."), "load"],
    ["memo slots with gaps", join("N", ...Array.from({ length: 60_000 }, (_, i) => `p${i * 4096}\n`), "."), "load"],
    ["one memo slot for many lists", join("(", "]K\x01q\x00".repeat(100_000), "1N."), "load"],
    ["many lists without items", join("(", "N]K\x01".repeat(100_000), "l."), "load"],
    ["lists from the memo, from below", join("(", "]\x94".repeat(65_000), gets(65_000), "l."), "load"],
    ["lists between marks", join("]q\x00(", "](".repeat(100_000), "h\x00", "1".repeat(100_001), "."), "load"],
    [
      "dtypes",
      join("](", "cnumpy\ndtype\nX\x02\0\0\0f8\x85R\x94(K\x03X\x01\0\0\0<NNNK\0K\0K\0tb".repeat(50_000), "e."),
      "load",
    ],
    ["floats set in a dict", join("}K\x00Ns(", floats(200_000), "u."), "load"],
    ["BINBYTES8 of 2 ** 63", join("\x8e", le8(1n << 63n), "x."), "refuse"],
    ["BINBYTES8 of 2 ** 64 - 1", join("\x8e", le8((1n << 64n) - 1n), "x."), "refuse"],
    ["BINUNICODE8 of 2 ** 63", join("\x8d", le8(1n << 63n), "x."), "refuse"],
    ["BYTEARRAY8 of 2 ** 40", join("\x96", le8(1n << 40n), "x."), "refuse"],
    ["FRAME of 2 ** 63", join("\x80\x04\x95", le8(1n << 63n), "N."), "refuse"],
    ["BINBYTES of 4 GiB", join("B\xff\xff\xff\xffx."), "refuse"],
    ["LONG4 of 2 GiB", join("\x8b\xff\xff\xff\x7fx."), "refuse"],
    ["LONG4 of minus one", join("\x8b\xff\xff\xff\xff."), "refuse"],
    ["deep lists", join("]".repeat(DEEP), "a".repeat(DEEP - 1), "."), "load"],
    ["deep lists by marks", join("(".repeat(DEEP), "l".repeat(DEEP), "."), "load"],
    ["deep tuples", join("N", "\x85".repeat(DEEP), "."), "load"],
    ["deep tuples by marks", join("(".repeat(DEEP), "t".repeat(DEEP), "."), "load"],
    ["deep dicts", join("}", "K\x01}".repeat(DEEP), "s".repeat(DEEP), "."), "load"],
    ["deep lists with memo", join("]\x94".repeat(DEEP), "a".repeat(DEEP - 1), "."), "load"],
    ["deep frozensets", join("(".repeat(DEEP), "\x91".repeat(DEEP), "."), "either"],
    ["deep tuples as a key", join("}N", "\x85".repeat(90_000), "K\x01s."), "load"],
    ["deep tuples as a key, too many", join("}N", "\x85".repeat(DEEP + 5), "K\x01s."), "either"],
    [
      "deep states",
      join(...Array.from({ length: 20_000 }, () => "c__main__\nC\n)\x81"), "b".repeat(19_999), "."),
      "load",
    ],
    ["deep arguments", join("c__main__\nC\n".repeat(20_000), ")", "R\x85".repeat(19_999), "R."), "load"],
    [
      "deep deques",
      join("ccollections\ndeque\n]".repeat(20_000), "\x85R".repeat(1), "a\x85R".repeat(19_999), "."),
      "load",
    ],
    [
      "deep partials",
      join("cfunctools\npartial\n".repeat(5_000), "cbuiltins\nlen\n", "\x85R".repeat(5_000), "."),
      "either",
    ],
    ["recursive tuple as its own key", join("(](K\x01eq\x000}q\x01(h\x01tK\x01s."), "either"],
    ["marks only", join("(".repeat(DEEP)), "refuse"],
    ["marks and STOP", join("(".repeat(DEEP), "."), "refuse"],
    [
      "pending lists recalled one by one",
      join("]\x94".repeat(20_000), ...Array.from({ length: 20_000 }, (_, i) => `g${i}\n0`), "."),
      "either",
    ],
    ["pending lists put again", join("]p0\n".repeat(20_000), "t."), "either"],
    ["integer of a million digits", join("L", "9".repeat(999_999), "L\n."), "either"],
    ["integer of too many digits", join("L", "9".repeat(1_000_001), "L\n."), "refuse"],
    ["INT of a million digits", join("I", "9".repeat(1_000_001), "\n."), "refuse"],
    ["decimal of many digits", join("cdecimal\nDecimal\n(V", "9".repeat(200_000), "\ntR."), "either"],
    ["decimal of a huge exponent as a key", join("}cdecimal\nDecimal\n(V1E+999999999\ntRK\x01s."), "either"],
    [
      "decimals as keys",
      join("}", ...["1E+99999", "1E-99999"].map((n) => `cdecimal\nDecimal\n(V${n}\ntRK\x01s`), "."),
      "either",
    ],
    ["fraction of zero", join("cfractions\nFraction\n(K\x01K\x00tR."), "either"],
    [
      "range of a huge size",
      join("cbuiltins\nrange\n(K\x00\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x7fK\x01tR."),
      "either",
    ],
    ["bytearray of a huge size", join("cbuiltins\nbytearray\n(J\xff\xff\xff\x7ftR."), "either"],
    ["bytes of a huge size", join("cbuiltins\nbytes\n(J\xff\xff\xff\x7ftR."), "either"],
    ["list of a range", join("cbuiltins\nlist\n(cbuiltins\nrange\n(J\xff\xff\xff\x7ftRtR."), "either"],
    ["regular expression that blows up", join("cre\n_compile\n(V(a+)+$\nK\x00tR."), "either"],
    ["state that sets __proto__", join("c__main__\nC\n)\x81}(\x8c\x09__proto__}\x8c\x08polluted\x88sub."), "load"],
    ["kept text", join("\x8c\x01a\x94", "h\x00".repeat(DEEP), "0".repeat(DEEP), "."), "load"],
    ["BUILD of one object again and again", join("c__main__\nC\n)\x81\x94", "h\x00}b0".repeat(30_000), "."), "load"],
  ];
}

const LONGEST_MS = 2000;
const MOST_GROWTH = 256 * 2 ** 20;

const ownKeys = (object) => Reflect.ownKeys(object).map(String).join();
const held = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  Map.prototype,
  Set.prototype,
  Uint8Array.prototype,
];
const before = held.map(ownKeys);

function stage(problems, what, lib, longest, run) {
  const began = performance.now();
  let result;
  try {
    result = { value: run() };
  } catch (e) {
    if (!lib.isBrineError(e)) problems.push(`${what}: ${e?.stack ?? e}`.slice(0, 700));
  }
  const took = performance.now() - began;
  if (took > longest) problems.push(`${what}: took ${Math.round(took)} ms`);
  return result;
}

/**
 * Loads a stream, then dumps, prints and compares what came; gives the problems found and whether it loaded.
 * `lib`: loads, dumps, repr, equal, isBrineError.
 */
export function judge(lib, stream, longest = LONGEST_MS) {
  const problems = [];
  const options = { persistentLoad: (id) => id, buffers: [] };
  const memory = process.memoryUsage();
  const loaded = stage(problems, "loads", lib, longest, () => lib.loads(stream, options));
  const now = process.memoryUsage();
  const growth = now.heapUsed + now.external - memory.heapUsed - memory.external;
  if (growth > MOST_GROWTH) problems.push(`loads: memory grew by ${growth} bytes`);
  if (loaded) {
    const { value } = loaded;
    const dumped = stage(problems, "dumps", lib, longest, () => lib.dumps(value));
    stage(problems, "repr", lib, longest, () => lib.repr(value, { maxChars: 10_000_000 }));
    stage(problems, "equal", lib, longest, () => lib.equal(value, value));
    const again = stage(problems, "loads again", lib, longest, () => lib.loads(stream, { ...options, copy: true }));
    if (again) stage(problems, "equal to another load", lib, longest, () => lib.equal(value, again.value));
    if (dumped) {
      const round = stage(problems, "loads of dumps", lib, longest, () => ({ v: lib.loads(dumped.value, options) }));
      if (!round && problems.length === 0) problems.push("loads of dumps: refused what dumps wrote");
    }
  }
  held.forEach((object, i) => {
    if (ownKeys(object) !== before[i]) problems.push(`polluted: ${ownKeys(object)}`);
  });
  if ({}.polluted !== undefined) problems.push("polluted: Object.prototype.polluted");
  return { loaded: loaded !== undefined, problems };
}

export const hexOf = (bytes) => Buffer.from(bytes).toString("hex");

/** The shortest stream found by leaving pieces out for which `fails` still holds. */
export function shrink(stream, fails) {
  let best = stream;
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= best.length; ) {
      const shorter = join(best.subarray(0, at), best.subarray(at + size));
      if (fails(shorter)) best = shorter;
      else at += size;
    }
  }
  return best;
}
