/**
 * What the directory of a zip tells: npz, torch's and Keras's files, skops.
 *
 * @module
 */
import { decodeLatin1 } from "../../core/bytes/text.ts";
import { openZipSync, type ZipFile } from "../../core/zip/index.ts";
import { inMemory } from "../../sources/index.ts";
import type { Fact, Told } from "./types.ts";

/** Names of the methods of packing (APPNOTE.TXT, 4.4.5). */
const METHODS: ReadonlyMap<number, string> = new Map([
  [0, "stored"],
  [8, "deflate"],
  [12, "bzip2"],
  [14, "lzma"],
  [93, "zstd"],
]);

/** Files of text up to this size are read for what they say. */
const SHORT = 1 << 24;

/** Kinds of zips, by the files in them; the first that fits. */
const KINDS: readonly (readonly [format: string, fits: RegExp, told: (zip: ZipFile) => Partial<Told>])[] = [
  ["TorchScript", /^[^/]*\/(constants\.pkl|code\/.*)$/, torchFacts],
  ["torch.package", /^[^/]*\/\.data\/extern_modules$/, torchFacts],
  ["torch.export", /^([^/]*\/archive_format|serialized_exported_program\.json)$/, torchFacts],
  ["torch zip", /^([^/]*\/)?data\.pkl$/, torchFacts],
  ["Keras zip", /^model\.weights\.h5$/, kerasFacts],
  ["skops", /^schema\.json$/, skopsFacts],
  ["npz", /\.npy$/, npzFacts],
];

/** What a zip is and holds. Throws as `openZipSync`. */
export function zipTold(bytes: Uint8Array): Told {
  const zip = openZipSync(bytes, inMemory(bytes), { sumless: true });
  const entries = [...zip.entries.values()].filter(({ isFolder }) => !isFolder);
  const [format, , tell] = KINDS.find(([, fits]) => entries.some(({ name }) => fits.test(name))) ?? ["zip", null, null];
  const methods = new Set(entries.map(({ method }) => METHODS.get(method) ?? `method ${method}`));
  const common: [string, Fact][] = [
    ["files", entries.length],
    ["packing", [...methods]],
    ["content", entries.reduce((sum, { size }) => sum + size, 0)],
  ];
  const { facts = new Map(), ...own } = tell?.(zip) ?? {};
  return { format, ...own, facts: new Map([...common, ...facts]) };
}

/** The text of the first file that fits; null where there is none, or it is no short text. */
function textOf(zip: ZipFile, fits: RegExp): string | null {
  const entry = [...zip.entries.values()].find(({ name, size }) => fits.test(name) && size <= SHORT);
  return entry === undefined ? null : decodeLatin1(zip.readSync(entry.name)).trim();
}

/** The texts and numbers of a JSON object; empty for what is none. */
function fieldsOf(text: string | null): Map<string, Fact> {
  if (text === null) return new Map();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (e) {
    if (!(e instanceof SyntaxError)) throw e;
    return new Map();
  }
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(
    Object.entries(value).filter(
      (pair): pair is [string, string | number] => typeof pair[1] === "string" || typeof pair[1] === "number",
    ),
  );
}

function torchFacts(zip: ZipFile): Partial<Told> {
  const facts = new Map<string, Fact>();
  for (const [name, fits] of [
    ["version", /^([^/]*\/)?(\.data\/)?version$/],
    ["byte order", /^([^/]*\/)?byteorder$/],
  ] as const) {
    const text = textOf(zip, fits);
    if (text !== null) facts.set(name, text);
  }
  facts.set("storages", [...zip.entries.keys()].filter((name) => /^([^/]*\/)?data\/[^/]+$/.test(name)).length);
  return { facts };
}

function kerasFacts(zip: ZipFile): Partial<Told> {
  const told = fieldsOf(textOf(zip, /^metadata\.json$/));
  const version = told.get("keras_version");
  const config = zip.entries.get("config.json");
  const saved = told.get("date_saved");
  const facts = new Map<string, Fact>([
    ...(saved === undefined ? [] : [["saved", saved] as const]),
    ...(config === undefined ? [] : [["configuration", config.size] as const]),
    ["weights", zip.entry("model.weights.h5").size],
  ]);
  return {
    facts,
    ...(version === undefined ? {} : { writers: [`keras ${version}`], pins: [`keras==${version}`] }),
  };
}

/** The version of scikit-learn in the schema of a file of skops, which keeps it as JSON in JSON. */
const ESTIMATOR = /"_sklearn_version":\s*\{[^{}]*"content":\s*"\\"([\w.+-]+)\\""/;

function skopsFacts(zip: ZipFile): Partial<Told> {
  const text = textOf(zip, /^schema\.json$/);
  const told = fieldsOf(text);
  const version = told.get("_skops_version");
  const protocol = told.get("protocol");
  const [, sklearn] = ESTIMATOR.exec(text ?? "") ?? [];
  return {
    facts: new Map<string, Fact>(protocol === undefined ? [] : [["skops protocol", protocol]]),
    writers: [
      ...(version === undefined ? [] : [`skops ${version}`]),
      ...(sklearn === undefined ? [] : [`sklearn ${sklearn}`]),
    ],
    pins: ["skops", ...(sklearn === undefined ? [] : [`scikit-learn==${sklearn}`])],
  };
}

function npzFacts(zip: ZipFile): Partial<Told> {
  const names = [...zip.entries.keys()].filter((name) => name.endsWith(".npy")).map((name) => name.slice(0, -4));
  return { facts: new Map<string, Fact>([["arrays", names]]), pins: ["numpy"] };
}
