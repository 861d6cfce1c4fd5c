/**
 * Streams that no pickler writes, found by mutating real ones; each is read or refused as CPython 3.13's C unpickler
 * does it.
 */
import { expect, test } from "vitest";
import { UnpicklingError } from "../../../core/errors.ts";
import { repr } from "../../../core/values/repr.ts";
import { loads } from "./loads.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

test.each([
  ["L12\x0034L\n.", "12"],
  ["I\x00\x001\n.", "0"],
  ["I\x001\n.", "False"],
  ["I7\x00x\n.", "7"],
  ["F1.5\x00x\n.", "1.5"],
  ["]p0\n0g0\x007\n.", "[]"],
  ["N(e.", "None"],
  ["K\x01(u.", "1"],
  ["K\x01(\x90.", "1"],
  ["carray\narray\n(S'b'\n]I01\natR.", "array('b', [1])"],
  ["cdecimal\nDecimal\n(V0012e5\ntR.", "Decimal('1.2E+6')"],
  ["c_codecs\nencode\n(Vab\nVlatin\\u0002\ntR.", "b'ab'"],
])("reads %j", (stream, told) => {
  expect(repr(loads(bytes(stream)))).toBe(told);
});

test.each([
  // MARK right above MARK leaves nothing to append to.
  "\x80\x03]((K\x02e.",
  "\x80\x03}((K\x02K\x03u.",
  "\x80\x03]q\x00(K\x01]q\x01((K\x02h\x00ee.",
  "I\n.",
  "L12L\x00\n.",
  "ccopyreg\n_reconstructor\n(cm\nC\nc__builtin__\nobject\nNNtR.",
  "ccopyreg\n__newobj__\n(tR.",
  "c__builtin__\ngetattr\n(cm\nC\ntR.",
  "c_codecs\nencode\n(Vab\nVltin1\ntR.",
  "c_codecs\nencode\n(Vab\nVlatin1\nK\x01tR.",
  "\x80\x03C\x02ab)R.",
  "cdatetime\ndate\n(K\x01K\x01K\x01tR)R.",
  "cm\nC\n)\x81)\x81.",
  "c__builtin__\nxrange\n(K\x00K\x05K\x01K\x01tR.",
  "c__builtin__\ncomplex\n(K\x00K\x05K\x01tR.",
  // What changes is no key.
  "\x80\x02}}K\x01s.",
  "\x80\x02}(}\x85K\x01K\x02K\x03u.",
  "\x80\x04}\x8fK\x01s.",
  "\x80\x04\x8f(}\x90.",
  "\x80\x04(\x8f\x91.",
  "\x80\x02}ccollections\nOrderedDict\n)RK\x01s.",
  "\x80\x02}ccollections\ndefaultdict\n)RK\x01s.",
  "\x80\x02}ccollections\nCounter\n)RK\x01s.",
  "\x80\x02}ccollections\nChainMap\n)RK\x01s.",
  "\x80\x02}ccollections\ndeque\n)RK\x01s.",
  "\x80\x02}carray\narray\nU\x01b\x85RK\x01s.",
  "\x80\x02}ctypes\nSimpleNamespace\n)RK\x01s.",
])("refuses %j", (stream) => {
  expect(() => loads(bytes(stream))).toThrow(UnpicklingError);
});

test("what a base that is not builtin was given is kept", () => {
  const made = loads(bytes("ccopyreg\n_reconstructor\n(cm\nC\ncm\nBase\nI7\ntR."));
  expect(repr((made as { args: unknown }).args)).toBe("(7,)");
});

test.each([
  ["U\x01\x98.", "cp1251", "ignore", ""],
  ["U\x02\xe9\x81.", "cp1250", "replace", "\u00e9\ufffd"],
  ["U\x01\x80.", "iso-8859-9", "strict", "\x80"],
  ["U\x01\x8a.", "mac-roman", "strict", "\u00e4"],
  ["U\x03\xd6\xd0\xfe.", "gbk", "ignore", "\u4e2d"],
  ["U\x03a\x00b.", "utf-16-le", "backslashreplace", "a\\x62"],
])("decodes %j by %s, errors %s", (stream, encoding, errors, told) => {
  expect(loads(bytes(stream), { encoding, errors })).toBe(told);
});

test("a byte that a code page leaves undefined is refused", () => {
  expect(() => loads(bytes("U\x01\x98."), { encoding: "cp1251" })).toThrow("'cp1251' codec can't decode byte 0x98");
});
