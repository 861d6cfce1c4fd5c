/**
 * How estimators and their trees come back from pickles, and how they are written again.
 *
 * @module
 */
import type { GlobalEntry, Pack } from "../../core/pack.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { Estimator, type Resolve } from "./estimator.ts";
import type { Maker } from "./model.ts";
import { ROOM_OF, ROOMS } from "./table.ts";
import { histTreeEntry } from "./tree/hist.ts";
import { spaceTreeEntry, treeMaker } from "./tree/space.ts";
import { treeEntry } from "./tree/tree.ts";

/** Names under `sklearn`, looked up by the class alone, since modules have moved from version to version. */
class Names extends Map<string, GlobalEntry> {
  #resolve: Resolve;
  #met: (name: string) => void;
  constructor(resolve: Resolve, met: (name: string) => void) {
    super();
    this.#resolve = resolve;
    this.#met = met;
  }

  override get(full: string): GlobalEntry | undefined {
    // The pipeline of imbalanced-learn is scikit-learn's, whose samplers stand aside once it is fitted.
    const isOwn = full.startsWith("sklearn.") && !full.startsWith("sklearn.externals.");
    if (!isOwn && full !== "imblearn.pipeline.Pipeline") return undefined;
    const dot = full.lastIndexOf(".");
    const [module, name] = [full.slice(0, dot), full.slice(dot + 1)];
    if (name === "Tree") return treeEntry(module);
    if (name === "TreePredictor") return histTreeEntry(module);
    if (/^(KDTree|BallTree)(64|32)?$/.test(name)) return spaceTreeEntry(module, name);
    if (name === "newObj" && /_tree$/.test(module)) return treeMaker(module);
    if (!ROOM_OF.has(name)) return undefined;
    this.#met(name);
    const resolve = this.#resolve;
    return {
      create: (args) => {
        if (args.length > 0) throw new TypeError(`${name} is made without arguments, and then given its state`);
        return new Estimator(new PyGlobal(module, name), resolve);
      },
      setState: (value, state) => (value as Estimator).restore(state),
    };
  }
}

/** Estimators and trees say themselves how they are written. */
const NONE: Pack["reducers"] = /* @__PURE__ */ new Map();

/** The pack of estimators whose makers `resolve` finds. */
export function estimatorPack(resolve: Resolve, met: (name: string) => void = () => {}): Pack {
  return { name: "sklearn", globals: new Names(resolve, met), reducers: NONE };
}

/** Estimators of one asynchronous load: the code of those that are met is fetched when all is read. */
export class EstimatorSession {
  readonly pack: Pack;
  #rooms = new Set<string>();
  #makers = new Map<string, Maker>();

  constructor() {
    this.pack = estimatorPack(
      (name) => this.#makers.get(name),
      (name) => this.#rooms.add(ROOM_OF.get(name) as string),
    );
  }

  /** Fetches the code of the classes that were met. The names come from brine's own table, never from the file. */
  async ready(): Promise<void> {
    const wanted = [...this.#rooms];
    this.#rooms.clear();
    const rooms = await Promise.all(wanted.map((room) => (ROOMS[room] as (typeof ROOMS)[string])()));
    for (const { kinds } of rooms) for (const [name, make] of Object.entries(kinds)) this.#makers.set(name, make);
  }
}
