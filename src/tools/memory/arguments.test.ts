/** Parameters by name, from source texts. */
import { expect, it } from "vitest";
import { bound, parametersOf } from "./arguments.ts";

it("are found in every form of a function", () => {
  const forms: readonly (readonly [unknown, string[], boolean?])[] = [
    [(a: number) => a, ["a"]],
    ["a => a", ["a"]],
    ["async a => a", ["a"]],
    ["async (a, b) => a", ["a", "b"]],
    ["(a = ',)', b = `\\`,(`, c = [1, 2].map((x) => x)) => a", ["a", "b", "c"]],
    ["function (a /* first, */, // the rest )\n b) {}", ["a", "b"]],
    ["function* $f_1(a, ...rest) {}", ["a", "rest"], true],
    ["async function f({ a, b }, [c, d] = [], e) {}", ["_0", "_1", "e"]],
    ["method(a, b) {}", ["a", "b"]],
    ["() => 1", []],
    ["function f(a,) {}", ["a"]],
    ["function /* (x) */ f(größe) {}", ["größe"]],
  ];
  for (const [form, names, rest = false] of forms) {
    expect(parametersOf(String(form)), String(form)).toEqual({ names, rest });
  }
  expect(parametersOf(String(Math.max))).toBe(null);
  expect(parametersOf("function f(a")).toBe(null);
});

it("take their arguments", () => {
  const options = { ignore: [], defaults: {} };
  const shown = (names: string[], rest: boolean, args: unknown[], more = {}): unknown =>
    Object.fromEntries(bound({ names, rest }, args, { ...options, ...more }).entries());
  expect(shown(["a", "b"], false, [1, 2])).toEqual({ a: 1, b: 2 });
  expect(shown(["a", "b"], false, [1])).toEqual({ a: 1 });
  expect(shown(["a", "b"], false, [1], { defaults: { b: 5 } })).toEqual({ a: 1, b: 5 });
  expect(shown(["a"], false, [1, 2, 3])).toEqual({ a: 1, "*": [2, 3] });
  expect(shown(["a", "r"], true, [1])).toEqual({ a: 1, "*": [] });
  expect(shown(["a", "r"], true, [1, 2], { ignore: ["a", "*"] })).toEqual({});
});
