/** npy files of real NumPy: read, printed, and written back byte for byte. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { describeArray, expected, readNumpyCases, unbase64 } from "../../../test/support/numpy-cases.ts";
import { runSync } from "../../core/bytes/parse.ts";
import { isBrineError } from "../../core/errors.ts";
import { array, type NDArray } from "../../core/ndarray/index.ts";
import { repr } from "../../core/values/repr.ts";
import { npyBytes, npyFlat, npyOf, npyParts, parseNpy } from "./index.ts";
import { plainHeader } from "./plain.ts";

const cases = readNumpyCases().filter(({ items, str, id }) => !str.includes("O") && !id.includes("object") && items);

test("every array is what NumPy says it is", () => {
  expect(cases.length).toBeGreaterThan(400);
  for (const one of cases) {
    for (const npy of [one.npy, one.npy1 ?? one.npy]) {
      expect({ id: one.id, ...(describeArray(runSync(parseNpy(), unbase64(npy))) as object) }).toEqual({
        id: one.id,
        ...(expected(one) as object),
        dtype: one.npyDtype ?? one.dtype,
      });
    }
  }
});

test("every array prints as NumPy 2 prints it", () => {
  for (const { id, npy, npyDtype, text } of cases) {
    // str of a single longdouble shows digits beyond a float64's.
    if (text === undefined || /c32 0d/.test(id)) continue;
    const made = runSync(parseNpy(), unbase64(npy));
    const shown = npyDtype === undefined ? repr(made) : text[1];
    expect([id, String(made), shown]).toEqual([id, ...text]);
  }
});

test("every array is written as NumPy writes it", () => {
  for (const { id, npy } of cases) {
    const bytes = unbase64(npy);
    expect([id, Buffer.from(npyBytes(runSync(parseNpy(), bytes))).toString("latin1")]).toEqual([
      id,
      Buffer.from(bytes).toString("latin1"),
    ]);
  }
});

function npy(header: string, payload = new Uint8Array(0), version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const size = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([0x93, ...new TextEncoder().encode("NUMPY"), version, 0, ...size, ...text, ...payload]);
}

const good = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }\n";

test("headers as other writers and Python 2 make them", () => {
  const payload = Uint8Array.from([1, 0, 0, 0, 2, 0, 0, 0]);
  for (const header of [
    good,
    '{"descr":"<i4","fortran_order":False,"shape":(2L,)}',
    "{'shape': (1, 2), 'fortran_order': True, 'descr': u'int32'}   \n",
    "{'descr': [('a', '|u1'), ('', '|V3')], 'fortran_order': False, 'shape': (2,)}",
  ]) {
    for (const version of [1, 2, 3]) expect(runSync(parseNpy(), npy(header, payload, version)).size).toBe(2);
  }
  expect(runSync(parseNpy(), npy("{'descr': 'i2,i2', 'fortran_order': False, 'shape': ()}", payload)).item()).toEqual([
    1, 0,
  ]);
});

test("bad headers, lying shapes and cut payloads are typed errors with an offset", () => {
  const wrong: [string, string][] = [
    ["{'descr': '<i4', 'fortran_order': False}", "FORMAT"],
    ["{'descr': '<i4', 'fortran_order': 0, 'shape': (2,)}", "FORMAT"],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': [2]}", "FORMAT"],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (-2,)}", "FORMAT"],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (2.5,)}", "FORMAT"],
    ["{'descr': '<q9', 'fortran_order': False, 'shape': (2,)}", "FORMAT"],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (2,), 'more': 1}", "FORMAT"],
    ["__import__('os').system('x')", "FORMAT"],
    ["", "FORMAT"],
    ["(".repeat(5000), "FORMAT"],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (9007199254740991, 9007199254740991)}", "FORMAT"],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (4000000000000,)}", "TRUNCATED"],
    ["{'descr': '|V0', 'fortran_order': False, 'shape': (4000000000000,)}", "FORMAT"],
    ["{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "UNSUPPORTED"],
    [good.padEnd(20000), "LIMIT"],
  ];
  for (const [header, code] of wrong) {
    let error: unknown = null;
    try {
      runSync(parseNpy(), npy(header, new Uint8Array(4)));
    } catch (e) {
      error = e;
    }
    expect([header.slice(0, 90), isBrineError(error) && error.code]).toEqual([header.slice(0, 90), code]);
    expect((error as { offset?: number }).offset).toBeTypeOf("number");
  }
  const whole = unbase64(cases[0]!.npy);
  for (let size = 0; size < whole.length; size++) {
    expect(() => runSync(parseNpy(), whole.subarray(0, size))).toThrow(/ends|too long|magic/);
  }
});

test("headers that are read byte by byte say what they say when they are taken apart", () => {
  const told = (read: () => NDArray): unknown => {
    try {
      const { dtype, shape, isC, isF, data } = read();
      return [dtype.str, shape, isC, isF, data];
    } catch (e) {
      return isBrineError(e) ? `${e.code} ${e.message}` : e;
    }
  };
  const plain = [array(new Float64Array(6), { shape: [2, 3] }), array([true]), array(new Int8Array(0))];
  plain.push(array([[1, 2]]).astype("<c16"), array(new Uint16Array(8), { shape: [2, 2, 2] }).T, array(7));
  for (const made of plain) {
    const bytes = npyBytes(made);
    expect(plainHeader(bytes)?.byteOffset).toBe(128);
    for (let at = 0; at < 100; at++) {
      for (const byte of [0, 0x20, 0x27, 0x28, 0x2c, 0x30, 0x39, 0x3e, 0x4c, 0x54, bytes[at]! ^ 1]) {
        const changed = bytes.slice();
        changed[at] = byte;
        expect([at, byte, told(() => npyOf(changed))]).toEqual([at, byte, told(() => runSync(parseNpy(), changed))]);
      }
    }
  }
});

test("every byte of a large file is written, whatever was in its memory before", () => {
  setFlagsFromString("--expose-gc");
  const clear = runInNewContext("gc") as () => void;
  for (let round = 0; round < 20; round++) {
    for (let n = 0; n < 40; n++) Buffer.allocUnsafeSlow(80_128 + n * 8).fill(0xff);
    clear();
    const made = array(new Float64Array(10_000 + round).fill(round));
    const [header, payload] = npyParts(made);
    expect(Buffer.compare(npyBytes(made), Buffer.concat([header, payload]))).toBe(0);
    expect(Buffer.compare(npyFlat(made.dtype, made.data as Float64Array), Buffer.concat([header, payload]))).toBe(0);
  }
});
