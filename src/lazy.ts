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
}

const FAMILIES: readonly Family[] = [
  {
    wants: (full) => full.startsWith("sklearn.") && !full.startsWith("sklearn.externals."),
    fetch: async () => new (await import("./families/sklearn/index.ts")).EstimatorSession(),
  },
  {
    wants: (full) => full.startsWith("pandas."),
    fetch: async () => ({ pack: (await import("./families/pandas/index.ts")).pandas, ready: async () => {} }),
  },
];

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

/**
 * Reads with the packs of those families whose names are met. Such a name stands near the beginning, so what can be read
 * again is begun anew; for a stream, which cannot, all families are fetched before.
 */
export async function withFamilies<T, O extends { packs?: readonly Pack[] }>(
  input: SourceInput,
  options: O,
  read: (options: O, input: SourceInput) => Promise<T>,
): Promise<T> {
  const watch = new Watch();
  const sessions: Session[] = [];
  const fetch = async (family: Family): Promise<void> => {
    sessions.push(await family.fetch());
    watch.fetched.add(family);
  };
  if (!isLasting(input)) for (const family of FAMILIES) await fetch(family);
  for (;;) {
    const own = [...sessions.map(({ pack }) => pack), { name: "lazy", globals: watch, reducers: new Map() }];
    try {
      const fresh = (input as Source | null)?.again?.() ?? input;
      const value = await read({ ...options, packs: [...(options.packs ?? []), ...own] }, fresh);
      for (const session of sessions) await session.ready();
      return value;
    } catch (e) {
      if (!(e instanceof Needed)) throw e;
      await fetch(e.family);
    }
  }
}
