/** Python opens what brine writes: every chosen value, loaded here, dumped at every protocol, described there. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { loads } from "../../src/formats/pickle/read/loads.ts";
import { dumps } from "../../src/formats/pickle/write/dumps.ts";
import { compareDescriptions, type Description } from "../support/describe-types.ts";
import { atLeast, Peer, pythons } from "./support/peer.ts";

interface Case {
  stream: string;
  value: string;
  protocol: number;
  inert?: boolean;
  options: Record<string, unknown>;
  sources: string[];
  expect?: Description;
}

const file = new URL("../../fixtures/data/values.jsonl.gz", import.meta.url);
const cases = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case)
  .filter((c) => c.expect && !c.inert && Object.keys(c.options).length === 0 && !c.value.startsWith("file."))
  .filter((c) => c.sources.some((source) => source.startsWith("3.13")));
/** What Python's own pickler loses below a protocol: the fold of a time, exceptions that Python 2 did not have. */
const LOST: Record<string, number> = {
  "name.file_not_found": 3,
  "name.module_not_found": 3,
  "std.datetime_fold": 4,
  "std.time_fold": 4,
  "std.datetime_zoneinfo": 4,
};
const peers = pythons()
  .filter(({ version }) => atLeast(version, "3.11"))
  .map((info) => new Peer(info));
const newest = peers.at(-1);
afterAll(() => Promise.all(peers.map((peer) => peer.close())));

describe.skipIf(newest === undefined)("what brine writes", () => {
  it.each([0, 1, 2, 3, 4, 5])(`is what it read, at protocol %i (${cases.length} streams)`, async (protocol) => {
    const wrong: string[] = [];
    await Promise.all(
      cases.map(async (c) => {
        if (protocol < (LOST[c.value] ?? 0)) return;
        const bare = typeof c.expect?.root === "object" && c.expect.root !== null && "f" in c.expect.root;
        const ints = bare ? "bigint" : "auto";
        try {
          const value = loads(new Uint8Array(Buffer.from(c.stream, "base64")), { ints });
          const told = await (newest as Peer).describe(dumps(value, { protocol, ints }));
          const found = compareDescriptions(c.expect, told);
          if (found) wrong.push(`${c.value} (read at ${c.protocol}): ${JSON.stringify(found).slice(0, 200)}`);
        } catch (e) {
          wrong.push(`${c.value} (read at ${c.protocol}): ${String(e).slice(0, 200)}`);
        }
      }),
    );
    expect(wrong.length, wrong.slice(0, 12).join("\n")).toBe(0);
  });
});
