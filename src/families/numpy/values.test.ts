/** What NumPy 1.13, 1.26 and 2.3 pickle besides plain arrays: read, printed, and written again. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../../../test/support/base64.ts";
import { array, dtype, MaskedArray, masked, NDArray, NumpyScalar, SubclassArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { equal } from "../../core/values/equal.ts";
import { PyObject } from "../../core/values/object.ts";
import { repr } from "../../core/values/repr.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { tuple } from "../../core/values/tuple.ts";
import { dumps, loads } from "../../formats/pickle/index.ts";
import { defineArrayClass, NumpyRandom, numpy, numpyFor, Poly1d } from "./index.ts";

interface Row {
  id: string;
  by: string;
  repr: string;
  list?: string;
  state?: string;
  pickles: [protocols: number[], data: string][];
}

const file = new URL("../../../fixtures/data/numpyvalues.jsonl.gz", import.meta.url);
const rows = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);
const packs = [numpy];
const unbase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));
const read = (row: Row, at = 0): unknown =>
  loads(unbase64(row.pickles[at]![1]), {
    packs,
    globals: /functions|vectorize|subclass/.test(row.id) ? "inert" : "error",
  });
const find = (id: string, by = "2."): Row => rows.find((row) => row.id === id && row.by.startsWith(by))!;

/** Python prints an address, a module path or a version's own words here. */
const OWN_WORDS =
  /^(RandomState|Generator|SeedSequence|MT19937|PCG64|Philox|SFC64|ufuncs|functions|types|vectorize|memmap|subclass)/;

describe("NumPy's other values", () => {
  it("come back with the policy that lets only known names pass, at every protocol", () => {
    let count = 0;
    for (const row of rows) {
      for (let i = 0; i < row.pickles.length; i++) {
        const made = read(row, i);
        expect(made instanceof PyObject && !/vectorize|with a state/.test(row.id), `${row.id} ${row.by}`).toBe(false);
        count++;
      }
    }
    expect(count).toBeGreaterThan(400);
  });

  it("print as NumPy 2 prints them, and hold the items that it holds", () => {
    const wrong: unknown[] = [];
    for (const row of rows.filter(({ by }) => by.startsWith("2."))) {
      const made = read(row) as { toArray?: () => unknown };
      // A fill value of an array with several rows NumPy tells with its type, now and then.
      const want = row.repr.replace(/fill_value=np\.\w+\((.*?)\)/, "fill_value=$1");
      // Two more digits than a float64 has.
      if (!OWN_WORDS.test(row.id) && !/longdouble/.test(row.id) && repr(made) !== want) {
        wrong.push([row.id, repr(made), want]);
      }
      if (row.list !== undefined && made.toArray && !/days/.test(row.id) && repr(made.toArray()) !== row.list) {
        wrong.push([row.id, repr(made.toArray()), row.list]);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("keep the state of every random generator", () => {
    let count = 0;
    for (const row of rows.filter(({ state }) => state !== undefined)) {
      const made = read(row) as NumpyRandom;
      expect(made).toBeInstanceOf(NumpyRandom);
      expect([row.id, row.by, repr(made.state)]).toEqual([row.id, row.by, row.state]);
      expect(made.name).toBe(
        /MT19937|RandomState/.test(row.id) ? "MT19937" : row.id.replace(/Generator | spawned/g, ""),
      );
      count++;
    }
    expect(count).toBeGreaterThan(20);
    const seed = read(find("SeedSequence")) as NumpyRandom;
    expect(repr(seed.state.get("entropy"))).toBe("5");
    expect(seed.state.get("spawn_key")).toEqual([1, 2]);
    const made = read(find("PCG64")) as NumpyRandom;
    expect((made.seedSequence as NumpyRandom).kind).toBe("SeedSequence");
    expect((read(find("RandomState", "1.13")) as NumpyRandom).state.get("has_gauss")).toBe(1);
  });

  it("are written so that they read back equal, at every protocol, and the same bytes a second time", () => {
    for (const row of rows) {
      const made = read(row);
      for (let protocol = 0; protocol <= 5; protocol++) {
        const bytes = dumps(made, { packs, protocol });
        const again = loads(bytes, { packs });
        const where = `${row.id} ${row.by} ${protocol}`;
        expect(repr(again), where).toBe(repr(made));
        if (!/NaT|nan|StringDType/.test(row.id)) expect(equal(again, made), where).toBe(true);
        expect(dumps(again, { packs, protocol }), where).toEqual(bytes);
      }
    }
  });
});

describe("subclasses of ndarray", () => {
  const cls = new PyGlobal("app", "Image");

  it("keep their class and work as arrays", () => {
    const made = SubclassArray.of(array([[1n, 2n]]), new PyGlobal("numpy", "matrix"));
    const again = loads<SubclassArray>(dumps(made, { packs }), { packs });
    expect(again).toBeInstanceOf(SubclassArray);
    expect([again.cls.name, again.get(0, 1), again.T.toArray()]).toEqual(["matrix", 2n, [[1n], [2n]]]);
    expect(repr(again)).toBe("matrix([[1, 2]])");
    expect(equal(again, array([[1n, 2n]]))).toBe(false);
  });

  it("come from a real Python", () => {
    const [plain, image, own] = ["", " with a unit", " with a state"].map((id) => read(find(`subclass${id}`)));
    expect(repr(plain)).toBe("Plain([[0, 1],\n       [2, 3]])");
    expect((image as SubclassArray).toArray()).toEqual([[1.5, 2.5]]);
    expect(repr((image as SubclassArray).extra)).toBe("({'unit': 'cm'}, 5)");
    expect(own).toBeInstanceOf(PyObject);
    expect((own as PyObject).attrs.get("kind")).toBe("own");
  });

  it("keep what a program's class adds to the state, and are inert where it is no array's", () => {
    const made = SubclassArray.of(array([1, 2]), cls, [new PyDict([["unit", "m"]]), 5]);
    const again = loads<SubclassArray>(dumps(made, { packs }), { packs });
    expect(equal(again, made)).toBe(true);
    expect(repr(again.extra)).toBe("({'unit': 'm'}, 5)");
    const other = new PyObject(
      new PyGlobal("numpy.core.multiarray", "_reconstruct"),
      tuple(cls, tuple(0), Uint8Array.of(98)),
      "call",
    );
    other.rare = { state: tuple(tuple(1), "mine") };
    const stays = loads<PyObject>(dumps(other, { packs }), { packs });
    expect(stays).toBeInstanceOf(PyObject);
    expect(equal(stays, other)).toBe(true);
    expect(dumps(stays, { packs })).toEqual(dumps(other, { packs }));
  });

  it("are inert where a masked array's class adds to its state", () => {
    // MaskedColumn([1, 2], mask=[0, 1], name="a") of astropy 8.0.2, NumPy 2.4.6, optimized.
    const column = bytesOf(
      "gASVBgEAAAAAAACMDW51bXB5Lm1hLmNvcmWMDl9tYXJlY29uc3RydWN0kyiMFGFzdHJvcHkudGFibGUuY29sdW1ulIwMTWFza2VkQ29sdW1uk2gAj" +
        "ApCYXNlQ29sdW1uk0sAhYwBYnRSKEsBSwKFjAVudW1weZSMBWR0eXBlk4wCaTiJiIdSlChLA4wBPE5OTkr/////Sv////9LAHRiiUMQAQAAAAAA" +
        "AAACAAAAAAAAAEMCAAGMFm51bXB5Ll9jb3JlLm11bHRpYXJyYXmMDF9yZWNvbnN0cnVjdJNoAYwHbmRhcnJheZNLAIVDAWKHUihLASloAolDCD9" +
        "CDwAAAAAAdGIojAFhTk5OfV10dGIu",
    );
    const made = loads<PyObject>(column, { packs });
    expect(made).toBeInstanceOf(PyObject);
    expect((made.state as unknown[]).length).toBe(8);
    expect(equal(loads(dumps(made, { packs }), { packs }), made)).toBe(true);
  });

  it("come back as a class of the caller's, whose constructor does not run", () => {
    class Image extends NDArray {
      unit = "never set by the constructor";
      get width(): number {
        return this.shape[1] ?? 0;
      }
      setArrayState([unit]: readonly unknown[]): void {
        this.unit = String(unit);
      }
      getArrayState(): readonly unknown[] {
        return [this.unit];
      }
    }
    const classes = [defineArrayClass({ python: "app.Image", js: Image, aliases: ["old.Image"] })];
    for (const protocol of [0, 2, 4, 5]) {
      const stream = dumps(SubclassArray.of(array([[1, 2, 3]]), cls, ["cm"]), { packs, protocol });
      const made = loads<Image>(stream, { packs, classes, globals: "error" });
      expect(made).toBeInstanceOf(Image);
      expect([made.width, made.unit, made.get(0, 2)]).toEqual([3, "cm", 3]);
      expect(dumps(made, { packs, classes, protocol })).toEqual(stream);
    }
    class Plain extends NDArray {}
    const strict = [defineArrayClass({ python: "app.Image", js: Plain })];
    const stream = dumps(SubclassArray.of(array([1]), cls, ["cm"]), { packs });
    expect(() => loads(stream, { packs, classes: strict })).toThrow("give the class a setArrayState");
    expect(() => defineArrayClass({ python: "Image", js: Plain })).toThrow(TypeError);
    expect(() => defineArrayClass({ python: "a.B", js: class {} as never })).toThrow("does not extend NDArray");
  });
});

describe("masked arrays", () => {
  it("give null or masked for what is masked, and fill it", () => {
    const made = new MaskedArray(
      array([
        [1, 2],
        [3, 4],
      ]),
      array([
        [false, true],
        [false, false],
      ]),
    );
    expect(made.toArray()).toEqual([
      [1, null],
      [3, 4],
    ]);
    expect(made.get(0, 1)).toBe(masked);
    expect(made.T.toArray()).toEqual([
      [1, 3],
      [null, 4],
    ]);
    expect((made.get(0) as MaskedArray).filled().toArray()).toEqual([1, 1e20]);
    expect([made.count, [...made].length, made.fillValue]).toEqual([3, 2, 1e20]);
    expect(loads(dumps(masked, { packs }), { packs })).toBe(masked);
    expect(
      equal(
        made,
        new MaskedArray(
          array([
            [1, 9],
            [3, 4],
          ]),
          made.mask,
        ),
      ),
    ).toBe(true);
    expect(JSON.stringify(made)).toBe("[[1,null],[3,4]]");
    const records = read(find("masked record")) as MaskedArray;
    expect(repr(records.filled().toArray())).toBe("[(1, 8.5), (9, 8.5)]");
    expect(new MaskedArray(array(Uint8Array.of(1)), array([true])).filled().toArray()).toEqual([63]);
  });

  it("refuse masks that do not fit", () => {
    expect(() => new MaskedArray(array([1, 2]), array([true]))).toThrow(RangeError);
    expect(() => new MaskedArray(array([1]), array([1]))).toThrow(TypeError);
    const entry = numpy.globals.get("numpy.ma.core._mareconstruct")!;
    const set = (mask: Uint8Array): unknown =>
      entry.setState!(
        new MaskedArray(array([1])),
        tuple(1, tuple(2), dtype("f8"), false, new Uint8Array(16), mask, null),
        { protocol: 4, bigints: false },
      );
    expect(() => set(new Uint8Array(1))).toThrow("needs 2 bytes, not 1");
  });
});

describe("names of NumPy 1 and 2", () => {
  it("are those asked for", () => {
    const value = [array([1]).slice("::2"), new NumpyScalar(dtype("f4"), 1)];
    const text = (version: 1 | 2, what: unknown): string =>
      new TextDecoder("latin1").decode(dumps(what, { packs: [numpyFor(version)], protocol: 2 }));
    expect(text(1, value)).toContain("numpy.core.multiarray\n_reconstruct");
    expect(text(2, value)).toContain("numpy._core.multiarray\n_reconstruct");
    expect(text(2, value)).not.toContain("numpy.core");
    const generator = read(find("Generator PCG64")) as NumpyRandom;
    expect(text(1, generator)).not.toContain("_pcg64");
    expect(repr(loads<NumpyRandom>(dumps(generator, { packs: [numpyFor(1)] }), { packs }).state)).toBe(
      repr(generator.state),
    );
  });

  it("are inert where a class is made in a way that is not known", () => {
    // numpy.ndarray.__new__(numpy.ndarray, 3): an array of three items, whatever they are.
    const bytes = Uint8Array.of(0x80, 2, ...new TextEncoder().encode("cnumpy\nndarray\n"), 0x4b, 3, 0x85, 0x81, 0x2e);
    const made = loads<PyObject>(bytes, { packs });
    expect(made).toBeInstanceOf(PyObject);
    expect(made.args).toEqual([3]);
    expect(repr(loads(dumps(made, { packs }), { packs }))).toBe(repr(made));
  });

  it("name ufuncs as inert globals", () => {
    const old = "cnumpy.core\n_ufunc_reconstruct\n(S'numpy.core.umath'\nS'sin'\ntR.";
    const made = loads<PyGlobal>(new TextEncoder().encode(old), { packs, globals: "error" });
    expect(made).toBeInstanceOf(PyGlobal);
    expect([made.module, made.name]).toEqual(["numpy.core.umath", "sin"]);
  });
});

describe("poly1d", () => {
  it("is evaluated", () => {
    expect((read(find("poly1d")) as Poly1d).evaluate(2)).toBe(11);
    const made = loads<Poly1d>(dumps(new Poly1d(array([1, 0, -1]), "t"), { packs }), { packs });
    expect([made.evaluate(3), made.order, made.variable, repr(made)]).toEqual([8, 2, "t", "poly1d([ 1.,  0., -1.])"]);
  });
});
