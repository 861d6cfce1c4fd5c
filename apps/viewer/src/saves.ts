/**
 * What a value can be saved as.
 *
 * To add a format: one row in `FORMATS`.
 *
 * @module
 */
import { NDArray } from "../../../src/core/ndarray/index.ts";
import { toJSON } from "../../../src/core/values/json.ts";
import { tableOf } from "../../../src/core/values/protocol.ts";
import { dumps as dumpsPickle } from "../../../src/dump.ts";
import { dumps as dumpsNpy, dumpsNpz } from "../../../src/npysave.ts";
import { csvLines, namedArrays, oneArray } from "../../../src/tools/convert/index.ts";
import { toTypedJSON } from "../../../src/tools/typed/index.ts";
import { type Item, textOf } from "./item.ts";

interface Format {
  readonly name: string;
  fits(item: Item): boolean;
  bytes(value: unknown): Uint8Array;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const isTable = ({ look, array }: Item): boolean => look === "table" || (array !== null && array.shape.length <= 2);
const isValue = ({ type }: Item): boolean => type !== "Group" && type !== "Type" && !/link$/i.test(type);

/** JSON whose bigints are written as they are, and whose depth the engine can bear. */
const json = (value: unknown): Uint8Array => utf8(`${JSON.stringify(value, null, 2)}\n`);

const FORMATS: readonly Format[] = [
  { name: "json", fits: isValue, bytes: (value) => json(toJSON(value)) },
  { name: "typed.json", fits: isValue, bytes: (value) => json(toTypedJSON(value)) },
  {
    name: "csv",
    fits: isTable,
    bytes: (value) => utf8(tableOf(value)?.csv() ?? [...csvLines(value)].join("")),
  },
  { name: "npy", fits: ({ array }) => array !== null, bytes: (value) => dumpsNpy(oneArray(value)) },
  {
    name: "npz",
    fits: ({ look }) => look === "table",
    bytes: (value) => dumpsNpz(namedArrays(value)),
  },
  { name: "pkl", fits: isValue, bytes: (value) => dumpsPickle(value) },
  { name: "txt", fits: isValue, bytes: (value) => utf8(`${textOf(value)}\n`) },
  { name: "bin", fits: ({ look }) => look === "bytes", bytes: (value) => value as Uint8Array },
];

/** Names of the formats that fit a value. */
export function savesOf(item: Item): string[] {
  return FORMATS.filter((format) => format.fits(item)).map(({ name }) => name);
}

/** A value as the bytes of a file. */
export async function saved(item: Item, format: string): Promise<{ name: string; bytes: Uint8Array }> {
  const found = FORMATS.find(({ name }) => name === format);
  if (found === undefined) throw new RangeError(`there is no format ${format}`);
  const value = await item.value();
  const base =
    item.path
      .split(/[^\p{L}\p{N}_-]+/u)
      .filter(Boolean)
      .join("-") || item.name.replace(/\.[^.]*$/, "");
  const bytes = found.bytes(value instanceof NDArray && format !== "pkl" ? value.copy() : value);
  return { name: `${base || "value"}.${format}`, bytes };
}
