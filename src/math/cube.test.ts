/** Cubes against those of whole numbers, which a BigInt rounds but once; roots against Python's. */
import { expect, test } from "vitest";
import { cube, rooted } from "./cube.ts";

test("a cube is rounded once, where a power is not", () => {
  let [wrong, others] = [0, 0];
  for (let i = 0, v = 3_141_592_653_589_793; i < 5000; i++) {
    v = (v * 69_069 + 12_345) % 2 ** 53;
    const m = Math.floor(v);
    const exact = Number(BigInt(m) ** 3n);
    if (cube(m) !== exact) wrong++;
    if (m * m * m !== exact) others++;
    expect(cube(m / 2 ** 60)).toBe(cube(m) / 2 ** 180);
  }
  expect(wrong).toBe(0);
  expect(others).toBeGreaterThan(1000);
});

test("cubes of what is no ordinary number", () => {
  expect([0, 1, 3, 1e100, 1e103, 1e308, Number.POSITIVE_INFINITY].map(cube)).toEqual([
    0,
    1,
    27,
    1e300,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
  expect(cube(Number.NaN)).toBeNaN();
  expect(cube(5e-324)).toBe(0);
});

test("a number to the power of a third, as Python has it", () => {
  const python = [
    [4.3276706790505336e-7, 0.007563997936178508],
    [9.014274576114835e-7, 0.009659995576341352],
    [6864838.541790797, 190.0538955303709],
    [303368510.9329176, 671.92917731165],
    [95246.73882682694, 45.66849554496931],
    [64, 3.9999999999999996],
    [125, 4.999999999999999],
  ];
  for (const [v, root] of python) expect(rooted(v as number)).toBe(root);
  expect([0, 1, Number.POSITIVE_INFINITY].map(rooted)).toEqual([0, 1, Number.POSITIVE_INFINITY]);
  expect(rooted(Number.NaN)).toBeNaN();
});
