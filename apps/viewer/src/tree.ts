/**
 * The tree on the left: rows by rows, a hundred children at a time, led by mouse and keys.
 *
 * @module
 */
import type { Client } from "./client.ts";
import { make } from "./dom.ts";
import type { Entry, Found } from "./protocol.ts";

/** Children that are asked for at a time. */
const PAGE = 100;

interface Branch {
  readonly entry: Entry;
  readonly level: number;
  readonly parent: Branch | null;
  readonly row: HTMLElement;
  /** Rows of the children that were asked for. */
  readonly kids: Branch[];
  isOpen: boolean;
  /** Stands behind the children where there are more. */
  more: HTMLElement | null;
}

/** The tree of a file. */
export class Tree {
  readonly #client: Client;
  readonly #box: HTMLElement;
  readonly #branches = new WeakMap<Element, Branch>();
  #chosen: Branch | null = null;
  #root: Branch | null = null;
  onChoose: (entry: Entry) => void = () => {};

  constructor(client: Client, box: HTMLElement) {
    this.#client = client;
    this.#box = box;
    box.addEventListener("click", (event) => this.#clicked(event));
    box.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** Shows another file. */
  async start(entry: Entry): Promise<void> {
    this.#box.replaceChildren();
    const root = this.#branch(entry, 0, null);
    this.#root = root;
    this.#chosen = null;
    this.#box.append(root.row);
    this.#choose(root);
    if (entry.hasChildren) await this.#open(root);
  }

  get chosen(): Entry | null {
    return this.#chosen?.entry ?? null;
  }

  #branch(entry: Entry, level: number, parent: Branch | null): Branch {
    const fold = make("span", { className: "fold", textContent: entry.hasChildren ? "▸" : "" });
    const row = make(
      "div",
      { className: "row", role: "treeitem", title: `${entry.name}: ${entry.type} ${entry.details}` },
      fold,
      make("span", { className: "name", textContent: entry.name }),
      make("span", { className: "type", textContent: entry.type }),
      make("span", { className: "details", textContent: entry.details }),
      entry.hasChildren ? null : make("span", { className: "preview", textContent: entry.preview }),
    );
    row.style.setProperty("--level", String(level));
    row.ariaLevel = String(level + 1);
    row.ariaSelected = "false";
    if (entry.hasChildren) row.ariaExpanded = "false";
    const branch: Branch = { entry, level, parent, row, kids: [], isOpen: false, more: null };
    this.#branches.set(row, branch);
    return branch;
  }

  #choose(branch: Branch): void {
    if (this.#chosen !== null) this.#chosen.row.ariaSelected = "false";
    this.#chosen = branch;
    branch.row.ariaSelected = "true";
    branch.row.scrollIntoView({ block: "nearest" });
    this.onChoose(branch.entry);
  }

  /** The last row that belongs to a branch. */
  #last(branch: Branch): Element {
    if (branch.more !== null) return branch.more;
    const kid = branch.isOpen ? branch.kids.at(-1) : undefined;
    return kid === undefined ? branch.row : this.#last(kid);
  }

  async #open(branch: Branch): Promise<void> {
    if (branch.isOpen || !branch.entry.hasChildren) return;
    branch.isOpen = true;
    branch.row.ariaExpanded = "true";
    (branch.row.firstElementChild as HTMLElement).textContent = "▾";
    await this.#fetch(branch);
  }

  /** The next page of children. */
  async #fetch(branch: Branch): Promise<void> {
    const { entries, more } = await this.#client.call("children", branch.entry.id, branch.kids.length, PAGE);
    if (!branch.isOpen) return;
    let behind = this.#last(branch);
    if (branch.more !== null) {
      behind = branch.more.previousElementSibling as Element;
      branch.more.remove();
      branch.more = null;
    }
    for (const entry of entries) {
      const kid = this.#branch(entry, branch.level + 1, branch);
      branch.kids.push(kid);
      behind.after(kid.row);
      behind = kid.row;
    }
    if (!more) return;
    branch.more = make("div", { className: "row more", textContent: `… more after ${branch.kids.length}` });
    branch.more.style.setProperty("--level", String(branch.level + 1));
    this.#branches.set(branch.more, branch);
    behind.after(branch.more);
  }

  #close(branch: Branch): void {
    if (!branch.isOpen) return;
    const last = this.#last(branch);
    while (branch.row.nextElementSibling !== null && branch.row !== last) {
      const next = branch.row.nextElementSibling;
      next.remove();
      if (next === last) break;
    }
    branch.isOpen = false;
    branch.kids.length = 0;
    branch.more = null;
    branch.row.ariaExpanded = "false";
    (branch.row.firstElementChild as HTMLElement).textContent = "▸";
    // What was chosen inside is gone from sight.
    for (let at = this.#chosen; at !== null; at = at.parent) {
      if (at === branch && at !== this.#chosen) {
        this.#choose(branch);
        break;
      }
    }
  }

  #clicked(event: Event): void {
    const target = event.target as Element;
    const row = target.closest(".row");
    const branch = row === null ? undefined : this.#branches.get(row);
    if (row === null || branch === undefined) return;
    if (row.classList.contains("more")) void this.#fetch(branch);
    else if (target.classList.contains("fold")) void this.#toggle(branch);
    else if (branch === this.#chosen) void this.#toggle(branch);
    else this.#choose(branch);
  }

  async #toggle(branch: Branch): Promise<void> {
    if (branch.isOpen) this.#close(branch);
    else await this.#open(branch);
  }

  #pressed(event: KeyboardEvent): void {
    const chosen = this.#chosen;
    if (chosen === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (to: Element | null): void => {
      const branch = to === null ? undefined : this.#branches.get(to);
      if (to?.classList.contains("more") && branch !== undefined) void this.#fetch(branch);
      else if (branch !== undefined) this.#choose(branch);
    };
    const keys: Record<string, () => void> = {
      ArrowDown: () => step(chosen.row.nextElementSibling),
      ArrowUp: () => step(chosen.row.previousElementSibling),
      ArrowRight: () => (chosen.isOpen ? step(chosen.row.nextElementSibling) : void this.#open(chosen)),
      ArrowLeft: () => (chosen.isOpen ? this.#close(chosen) : step(chosen.parent?.row ?? null)),
      Enter: () => void this.#toggle(chosen),
      Home: () => step(this.#box.firstElementChild),
      End: () => step(this.#box.lastElementChild),
    };
    const run = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (run === undefined) return;
    event.preventDefault();
    run();
  }

  /** Opens all that a value stands in, and chooses it. */
  async reveal({ trail }: Found): Promise<void> {
    let branch = this.#root;
    for (const index of trail) {
      if (branch === null) return;
      await this.#open(branch);
      while (branch.kids.length <= index && branch.more !== null) await this.#fetch(branch);
      branch = branch.kids[index] ?? null;
    }
    if (branch !== null) this.#choose(branch);
  }
}
