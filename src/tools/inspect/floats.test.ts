import { expect, it } from "vitest";
import { loads } from "../../formats/pickle/index.ts";
import { childrenOf } from "./children.ts";

it("shows the floats of deques and sets as floats", () => {
  // CPython 3.11, protocol 4: (collections.deque([1.0, 2]), {3.0})
  const base64 = "gASVOAAAAAAAAACMC2NvbGxlY3Rpb25zlIwFZGVxdWWUk5QpUpQoRz/wAAAAAAAASwJlj5QoR0AIAAAAAAAAkIaULg==";
  const [deque, set] = loads<unknown[]>(new Uint8Array(Buffer.from(base64, "base64")));
  expect([...childrenOf(deque)].map(({ type }) => type)).toEqual(["float", undefined]);
  expect([...childrenOf(set)].map(({ type }) => type)).toEqual(["float"]);
});
