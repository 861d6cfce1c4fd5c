/**
 * Offsets of values: where Python's pickletools says that their opcodes are.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { dumps, loads } from "../../formats/pickle/index.ts";
import { genops, places } from "../../formats/pickle/tools/index.ts";
import { inspect, type Node } from "./index.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

async function offsets(stream: Uint8Array): Promise<Record<string, number | undefined>> {
  const found: Record<string, number | undefined> = {};
  const walk = (node: Node): void => {
    found[node.path] = node.offset;
    for (const child of node.children()) walk(child);
  };
  walk(await inspect(new Blob([stream as Uint8Array<ArrayBuffer>]), { offsets: true }));
  return found;
}

test("of lists, dicts, tuples and references", async () => {
  // The second item is the first again.
  const stream = bytes(
    "\x80\x02]q\x00(}q\x01(X\x01\x00\x00\x00aK\x07X\x01\x00\x00\x00bK\x08uh\x01K\x01K\x02\x86q\x02e.",
  );
  expect(await offsets(stream)).toEqual({
    "": 0,
    "[0]": 6,
    "[0]['a']": 16,
    "[0]['b']": 24,
    "[1]": 6,
    "[1]['a']": 16,
    "[1]['b']": 24,
    "[2]": 29,
    "[2][0]": 29,
    "[2][1]": 31,
  });
});

test("of the parts of an object: arguments, attributes, items, pairs", async () => {
  const stream = bytes("cm\nC\n(I5\ntR(dVname\nVEve\nsVage\nI7\nsb(I1\nI2\neVk\nVv\ns.");
  expect(await offsets(stream)).toEqual({
    "": 0,
    ".__args__": 5,
    ".__args__[0]": 6,
    ".name": 19,
    ".age": 30,
    "[0]": 36,
    "[1]": 39,
    "['k']": 46,
  });
});

test("not without the option, and none where raw bytes stand between the opcodes", async () => {
  const [child] = (await inspect(dumps([1]))).children();
  expect(child?.offset).toBe(undefined);
  expect(() => places(bytes("\x80\x02\xff."))).toThrow("unknown");
  expect(() => places(bytes("e."))).toThrow("MARK");
});

test("every value of the fixtures is where an opcode is", async () => {
  const lines = gunzipSync(readFileSync(new URL("../../../fixtures/data/values.jsonl.gz", import.meta.url)));
  let known = 0;
  let all = 0;
  for (const line of lines.toString("latin1").split("\n")) {
    if (line === "") continue;
    const { stream: text, options, error } = JSON.parse(line) as { stream: string; options: object; error?: object };
    if (error || Object.keys(options).length > 0) continue;
    const stream = new Uint8Array(Buffer.from(text, "base64"));
    if (stream.length > 3000) continue;
    const ops = [...genops(stream)];
    // Several pickles in one file are roots of their own.
    if (ops.at(-1)?.end !== stream.length) continue;
    const starts = new Set(ops.map((op) => op.pos));
    const walk = (node: Node, depth: number): void => {
      all++;
      if (node.offset !== undefined) {
        known++;
        if (node.path !== "") expect(starts.has(node.offset), `${node.path} in ${text}`).toBe(true);
      }
      if (depth < 5) for (const child of node.children()) walk(child, depth + 1);
    };
    loads(stream);
    walk(await inspect(stream, { offsets: true }), 0);
  }
  expect(known / all).toBeGreaterThan(0.8);
});
