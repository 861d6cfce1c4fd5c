/** Small files that ask the doctor for vast work, and depths that a stack does not hold: an answer or an error of brine's, soon. */
import { expect, test } from "vitest";
import { isBrineError } from "../../core/errors.ts";
import { File } from "../../formats/hdf5/index.ts";
import { diagnose, fix } from "./index.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const short = (text: string): string => `\x8c${String.fromCharCode(text.length)}${text}`;

async function soon(data: Uint8Array): Promise<void> {
  const began = process.cpuUsage();
  await diagnose(data);
  await fix(data, { for: { python: "2.7", sklearn: "1.5", pandas: "2.2", joblib: "1.0" } }).catch((e) => {
    if (!isBrineError(e)) throw e;
  });
  // Of this process alone: a busy machine is none of the doctor's doing.
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1e6).toBeLessThan(15);
}

test("one state for many objects", { timeout: 60_000 }, async () => {
  const names = Array.from({ length: 30_000 }, (_, i) => `${short(`a${i}`)}N`).join("");
  const cls = "cshop\nOrder\nq\x010";
  await soon(bytes(`\x80\x04}(${names}uq\x000${cls}(${"h\x01)\x81h\x00b".repeat(30_000)}l.`));
});

test("pairs in pairs as a state, deep or shared", { timeout: 60_000 }, async () => {
  const deep = `N${"N\x86".repeat(100_000)}`;
  await soon(bytes(`\x80\x04cshop\nOrder\n)\x81${deep}b.`));
  const shared = `}${"2\x86".repeat(60)}`;
  await soon(bytes(`\x80\x04cshop\nOrder\n)\x81${shared}b.`));
});

test("sets within sets, each with a memo, and many memos asked for", { timeout: 60_000 }, async () => {
  const sets = "\x8f\x94(".repeat(30_000);
  const gets = "j\0\0\0\0".repeat(60_000);
  await soon(bytes(`\x80\x04N\x940${sets}${gets}${"\x90".repeat(30_000)}.`));
});

test("a configuration too deep to write out is refused by name", async () => {
  const file = new File(new Uint8Array(0), "w");
  file.attrs.set("keras_version", "2.8.0");
  file.attrs.set("model_config", JSON.stringify({ class_name: "Sequential", config: { layers: [] } }));
  file.attrs.set("training_config", `{"loss":${"[".repeat(20_000)}${"]".repeat(20_000)}}`);
  await expect(diagnose(file.toUint8Array())).rejects.toThrow("maxDepth");
});
