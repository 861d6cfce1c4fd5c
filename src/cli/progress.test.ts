import { expect, test } from "vitest";
import type { IO } from "./io.ts";
import { progressOn } from "./progress.ts";

function watched(isTTY: boolean): { io: IO; written: string[] } {
  const written: string[] = [];
  const sink = { write: (text: string | Uint8Array) => void written.push(String(text)), isTTY };
  return { io: { stdout: sink, stderr: sink, stdin: (async function* () {})(), env: {} }, written };
}

test("speaks on a terminal after 300 ms, not too often, and wipes its line", () => {
  const { io, written } = watched(true);
  let time = 0;
  const progress = progressOn(io, () => time);
  progress.report(1e6, 2e8);
  expect(written).toEqual([]);
  time = 300;
  progress.report(5e7, 2e8);
  time = 350;
  progress.report(6e7, 2e8);
  time = 400;
  progress.report(2e8, 2e8);
  expect(written).toEqual(["\rreading: 25 % of 200 MB", "\rreading: 100 % of 200 MB"]);
  progress.end();
  expect(written.slice(2)).toEqual([`\r${" ".repeat(24)}`, "\r"]);
});

test("is silent elsewhere, and where nothing took long", () => {
  const piped = watched(false);
  let time = 0;
  const progress = progressOn(piped.io, () => time);
  time = 1000;
  progress.report(1, undefined);
  progress.end();
  expect(piped.written).toEqual([]);
  const quick = watched(true);
  const short = progressOn(quick.io, () => 0);
  short.report(1, 2);
  short.end();
  expect(quick.written).toEqual([]);
});
