import { expect, test } from "vitest";
import { makeRandom, mutate, readSeeds } from "../../../../scripts/fuzzer.mjs";
import { readCases } from "../../../../test/support/cases.ts";
import { isBrineError } from "../../../core/errors.ts";
import { loadsAll } from "../read/loads.ts";
import { trace, traced } from "./trace.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const short = (text: string): string => `\x8c${String.fromCharCode(text.length)}${text}`;
const uses = (text: string): string[][] =>
  traced(bytes(text)).globals.map((g) => [`${g.module}.${g.name}`, ...g.uses.map((use) => use.kind)]);

/** Names that the loader asks for, each once, and where it stops; null when it refuses the stream. */
function loaded(stream: Uint8Array, encoding?: string): { names: string[]; end: number } | null {
  const names = new Set<string>();
  try {
    const options = {
      findClass: (module: string, name: string) => void names.add(`${module}\n${name}`),
      ...(encoding === undefined ? {} : { encoding }),
    };
    for (const { end } of loadsAll(stream, options)) return { names: [...names].sort(), end };
  } catch (e) {
    if (!isBrineError(e)) throw e;
  }
  return null;
}

function seen(stream: Uint8Array): { names: string[]; end: number } {
  const { globals, end } = traced(stream);
  return { names: [...new Set(globals.map((g) => `${g.module}\n${g.name}`))].sort(), end };
}

/** The loader makes a dotted name of `getattr(Outer, "Inner")`, which no opcode refers to; all else is the same. */
function same(stream: Uint8Array, judge: { names: string[]; end: number }, about: string): void {
  const trace = seen(stream);
  const nested = trace.names.some((name) => /^(__builtin__|builtins)\ngetattr$/.test(name));
  const made = (name: string): boolean => nested && /\n.*\./.test(name) && !trace.names.includes(name);
  expect(trace, about).toEqual({ end: judge.end, names: judge.names.filter((name) => !made(name)) });
}

test("the tracer reads what the loader reads, in all streams of real Pythons", () => {
  let compared = 0;
  for (const { stream, options, id } of [...readCases("cpython"), ...readCases("values")]) {
    const judge = loaded(stream, options.encoding);
    if (judge === null) continue;
    compared++;
    same(stream, judge, id);
  }
  expect(compared).toBeGreaterThan(1000);
});

test("the tracer reads what the loader reads, in mutated streams", { timeout: 120_000 }, () => {
  const seeds = readSeeds();
  const random = makeRandom(20261121);
  let compared = 0;
  for (let i = 0; i < 10_000; i++) {
    const stream = mutate(seeds, random);
    seen(stream);
    const judge = loaded(stream);
    if (judge === null) continue;
    compared++;
    same(stream, judge, Buffer.from(stream).toString("hex"));
  }
  expect(compared).toBeGreaterThan(1000);
});

test("every way to use a name is told", () => {
  expect(uses("cos\nsystem\n.")).toEqual([["os.system"]]);
  expect(uses("cos\nsystem\n(S'true'\ntR.")).toEqual([["os.system", "reduce"]]);
  expect(uses("(S'true'\nios\nsystem\n.")).toEqual([["os.system", "construct"]]);
  expect(uses("(cos\nsystem\nS'true'\no.")).toEqual([["os.system", "construct"]]);
  expect(uses("\x80\x02cos\nsystem\n)\x81}b.")).toEqual([["os.system", "construct", "setstate"]]);
  expect(uses("\x80\x04cos\nsystem\n)}\x92.")).toEqual([["os.system", "construct"]]);
  expect(uses("\x80\x02cos\nsystem\n}b.")).toEqual([["os.system", "setstate"]]);
});

test("a name that goes through the memo is told with the bytes it comes from", () => {
  const [global] = traced(bytes(`\x80\x04${short("os")}\x94${short("system")}\x940h\x000h\x00h\x01\x93.`)).globals;
  expect(global).toMatchObject({ module: "os", name: "system", fromMemo: true, computed: false, parts: [2, 7] });
});

test("a name that a call makes is computed, an extension code is told by its number", () => {
  const [join, made] = traced(bytes(`\x80\x04${short("os")}cx\njoin\n)R\x93)R.`)).globals;
  expect(join?.uses.map((use) => use.kind)).toEqual(["reduce"]);
  expect(made).toMatchObject({ module: "os", name: null, computed: true });
  expect(traced(bytes("\x80\x02\x82\x07.")).globals).toMatchObject([{ code: 7, module: null, opcode: "EXT1" }]);
});

test("names are those of the unpickler, not those of pickletools", () => {
  expect(uses("cos\nsys\\x74em\n.")).toEqual([["os.sys\\x74em"]]);
  expect(uses("ca b\nc d\n.")).toEqual([["a b.c d"]]);
  expect(uses("cos\nsyst\xc3\xa9m\n.")).toEqual([["os.systém"]]);
});

test("it goes on after errors, and tells them", () => {
  const trace = traced(bytes("h\x0500R(I1x\ncos\nsystem\n)R\xff"));
  expect(trace.globals[0]?.uses.map((use) => use.kind)).toEqual(["reduce"]);
  expect(trace.problems.map(({ offset }) => offset)).toEqual([0, 3, 4, 6]);
  expect(trace.stopped).toBe(false);
  expect(trace.error?.offset).toBe(23);
});

test("opcodes that leave their frame are told", () => {
  expect(traced(bytes("\x80\x04\x95\x02\0\0\0\0\0\0\0\x8c\x01aN0.")).straddles).toEqual([11]);
  expect(traced(bytes("\x80\x04\x95\x02\0\0\0\0\0\0\0N.")).straddles).toEqual([]);
});

test("the number of opcodes is bounded", () => {
  expect(() => traced(bytes("N0N."), { limits: { opcodes: 3 } })).toThrow("opcodes");
});

test("steps tell their memo and their mark, and bytes between opcodes are skipped", () => {
  const stream = bytes("(K\x01q\x07\xff\xffK\x02\x94t.");
  const steps = [...trace(stream, { skip: ({ end }) => (end === 5 ? 7 : end) })];
  expect(steps.map(({ op, memo, mark }) => [op.opcode.name, memo, mark])).toEqual([
    ["MARK", undefined, undefined],
    ["BININT1", undefined, undefined],
    ["BINPUT", 7, undefined],
    ["BININT1", undefined, undefined],
    ["MEMOIZE", 1, undefined],
    ["TUPLE", undefined, 0],
    ["STOP", undefined, undefined],
  ]);
});

test("a hundred thousand calls of what calls gave are followed at once", () => {
  const { globals } = traced(bytes(`cm\nf\n${")R".repeat(100_000)}.`));
  expect(globals[0]?.uses.length).toBe(100_000);
});
