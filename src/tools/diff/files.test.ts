/** Files of real libraries: each, loaded twice, is equal to itself. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { isBrineError } from "../../core/errors.ts";
import { File } from "../../formats/hdf5/index.ts";
import { load } from "../../index.ts";
import { diff, diffHdf5 } from "./index.ts";

const data = fileURLToPath(new URL("../../../fixtures/data/", import.meta.url));
/** Of the many rows of a fixture so few are taken. */
const EVERY = 6;

/** The texts in a row that may be files as base64. */
function* filesIn(value: unknown): Generator<Uint8Array> {
  if (typeof value === "string") {
    if (value.length > 40 && /^[A-Za-z0-9+/]+=*$/.test(value)) yield Buffer.from(value, "base64");
  } else if (typeof value === "object" && value !== null) for (const one of Object.values(value)) yield* filesIn(one);
}

it.each(["pandas", "torch", "scipy", "numpyvalues", "joblib"])("of %s", async (name) => {
  const wrong: string[] = [];
  let seen = 0;
  const lines = gunzipSync(readFileSync(`${data}${name}.jsonl.gz`))
    .toString()
    .trim()
    .split("\n");
  for (let i = 0; i < lines.length; i += EVERY) {
    const row = JSON.parse(lines[i] as string) as Record<string, unknown>;
    for (const bytes of filesIn(row["pickles"] ?? row["files"] ?? row["file"])) {
      let both: [unknown, unknown];
      try {
        both = [await load(new Uint8Array(bytes)), await load(new Uint8Array(bytes))];
      } catch (e) {
        // Some are there to be refused, or need options.
        if (!isBrineError(e)) throw e;
        continue;
      }
      seen++;
      const found = [...diff(...both, { equalNaN: true })];
      if (found.length > 0) wrong.push(`${row["id"]} ${JSON.stringify(found[0])}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(seen).toBeGreaterThan(5);
});

it("of h5py, references and what is empty among them", () => {
  const wrong: string[] = [];
  // Elements behind filters that are not read (unread.h5) cannot be compared.
  const names = readdirSync(`${data}hdf5`).filter((name) => name.endsWith(".h5.gz") && !name.startsWith("unread"));
  for (const name of names) {
    const bytes = gunzipSync(readFileSync(`${data}hdf5/${name}`));
    const found = [...diffHdf5(new File(bytes), new File(bytes), { equalNaN: true })];
    if (found.length > 0) wrong.push(`${name} ${JSON.stringify(found[0])}`);
  }
  expect(wrong).toEqual([]);
  expect(names.length).toBeGreaterThan(10);
});

it("of h5py whose structures are others", () => {
  const [a, b] = ["earliest", "latest"].map((libver) => {
    const bytes = gunzipSync(readFileSync(`${data}hdf5/types-${libver}.h5.gz`));
    return new File(bytes);
  }) as [File, File];
  // Objects stand at other addresses there: references lead to the same paths.
  expect([...diffHdf5(a, b, { equalNaN: true })].filter(({ path }) => /\/ref$|\/ref\[/.test(path))).toEqual([]);
});
