/**
 * Families that `load` fetches when a file wants them: their code is in no bundle that a page loads at once.
 *
 * @module
 */
import type { Source } from "./core/bytes/parse.ts";
import type { GlobalEntry, Pack } from "./core/pack.ts";
import { asBytes, type SourceInput } from "./sources/index.ts";

/** One load's part of a family: its pack, and what is to be fetched once all is read. */
interface Session {
  readonly pack: Pack;
  ready(): Promise<void>;
}

/** A family, and which names are its own. A file's name is only compared with these, never imported. */
interface Family {
  wants(full: string): boolean;
  fetch(): Promise<Session>;
  /** Too large to be fetched for a stream that may hold nothing of it. */
  readonly large?: boolean;
}

const FAMILIES: readonly Family[] = [
  {
    wants: (full) =>
      (full.startsWith("sklearn.") && !full.startsWith("sklearn.externals.")) || full === "imblearn.pipeline.Pipeline",
    fetch: async () => new (await import("./families/sklearn/index.ts")).EstimatorSession(),
  },
  {
    wants: (full) => full.startsWith("pandas."),
    fetch: async () => ({ pack: (await import("./families/pandas/index.ts")).pandas, ready: async () => {} }),
  },
  {
    wants: (full) => /^keras\..*(_unpickle_model|deserialize_model_from_bytecode)$/.test(full),
    fetch: async () => new (await import("./families/keras/pack.ts")).KerasSession(),
    large: true,
  },
];

/** Does a family that `load` fetches make something of this name (`pandas.core.frame.DataFrame`)? */
export function isOfFamily(full: string): boolean {
  return FAMILIES.some((family) => family.wants(full));
}

/** A name was met whose family is not there yet. */
class Needed extends Error {
  readonly family: Family;
  constructor(family: Family) {
    super("a family of classes is fetched");
    this.family = family;
  }
}

/** Looks for names of families that are not there. */
class Watch extends Map<string, GlobalEntry> {
  readonly fetched = new Set<Family>();
  override get(full: string): undefined {
    for (const family of FAMILIES) if (family.wants(full) && !this.fetched.has(family)) throw new Needed(family);
    return undefined;
  }
}

/** Can the input be read a second time? */
function isLasting(input: SourceInput): boolean {
  return (
    asBytes(input) !== null ||
    typeof input === "string" ||
    (input as Source | null)?.again !== undefined ||
    input instanceof URL ||
    (typeof Blob !== "undefined" && input instanceof Blob)
  );
}

/** The families that one load has fetched. */
class Fetched {
  readonly #sessions: Session[] = [];
  readonly #watch = new Watch();

  async add(family: Family): Promise<void> {
    this.#sessions.push(await family.fetch());
    this.#watch.fetched.add(family);
  }

  /** All but large ones, for an input that cannot be begun anew. */
  async all(): Promise<void> {
    for (const family of FAMILIES) {
      if (family.large) this.#watch.fetched.add(family);
      else await this.add(family);
    }
  }

  /** Adds the family that a name was met of; throws every other error. */
  async heed(e: unknown): Promise<void> {
    if (!(e instanceof Needed)) throw e;
    await this.add(e.family);
  }

  /** The options with the packs of these families behind the caller's. */
  packed<O extends { packs?: readonly Pack[] }>(options: O): O {
    const own = this.#sessions.map(({ pack }) => pack);
    const watch: Pack = { name: "lazy", globals: this.#watch, reducers: new Map() };
    return { ...options, packs: [...(options.packs ?? []), ...own, watch] };
  }

  async ready(): Promise<void> {
    for (const session of this.#sessions) await session.ready();
  }
}

/** The input, for one more reading. */
function afresh(input: SourceInput): SourceInput {
  return (input as Source | null)?.again?.() ?? input;
}

/**
 * Reads with the packs of those families whose names are met. Such a name stands near the beginning, so what can be read
 * again is begun anew; for a stream, which cannot, all families are fetched before.
 */
export async function withFamilies<T, O extends { packs?: readonly Pack[] }>(
  input: SourceInput,
  options: O,
  read: (options: O, input: SourceInput) => Promise<T>,
): Promise<T> {
  const families = new Fetched();
  if (!isLasting(input)) await families.all();
  for (;;) {
    try {
      const value = await read(families.packed(options), afresh(input));
      await families.ready();
      return value;
    } catch (e) {
      await families.heed(e);
    }
  }
}

/** As {@link withFamilies}, one item after another: those that were given already are passed over. */
export async function* eachWithFamilies<T, O extends { packs?: readonly Pack[] }>(
  input: SourceInput,
  options: O,
  read: (options: O, input: SourceInput) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const families = new Fetched();
  if (!isLasting(input)) await families.all();
  let given = 0;
  for (;;) {
    let at = 0;
    try {
      for await (const item of read(families.packed(options), afresh(input))) {
        if (at++ < given) continue;
        await families.ready();
        given++;
        yield item;
      }
      return;
    } catch (e) {
      await families.heed(e);
    }
  }
}
