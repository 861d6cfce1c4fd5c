import { expect, it } from "vitest";
import { PyObject } from "../../core/values/object.ts";
import { dumps, loads } from "./index.ts";

// CPython 3.13, protocol 4: [cart, cart], where cart's reduction is (Cart, (), state, None, None, fill) and the state
// is {"total": 2.0, "me": cart}.
const STREAM =
  "gASVRgAAAAAAAABdlCiMBHNob3CUjARDYXJ0lJOUKVKUaAGMBGZpbGyUk5RoBH2UKIwFdG90YWyUR0AAAAAAAAAAjAJtZZRoBHWGUjBoBGUu";

it("keeps the state setter of a six-part reduction", () => {
  const bytes = new Uint8Array(Buffer.from(STREAM, "base64"));
  const [cart, again] = loads<PyObject[]>(bytes);
  expect(cart).toBeInstanceOf(PyObject);
  expect(again).toBe(cart);
  const state = cart?.state as Map<string, unknown>;
  expect(state.get("total")).toBe(2);
  expect(state.get("me")).toBe(cart);
  expect(Buffer.from(dumps([cart, cart], { canonical: true })).equals(bytes)).toBe(true);
});

it("refuses a value that is made with itself as an argument", () => {
  // p = functools.partial(f); p.__setstate__((p, (), {}, None)): CPython's pickler ends in a RecursionError.
  const hex =
    "80026366756e63746f6f6c730a7061727469616c0a71016801636272696e655f666978747572655f636c61737365730a66756e6374696f6e0a" +
    "7102855271032868024b018571047d71054e7462286803297d71074e74622e";
  const partial = loads(new Uint8Array(Buffer.from(hex, "hex")));
  expect(() => dumps(partial)).toThrow(/made with itself/);
});
