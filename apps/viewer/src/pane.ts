/**
 * The pane on the right: one value, looked at in one of several ways.
 *
 * @module
 */
import { type Client, WorkerProblem } from "./client.ts";
import { make } from "./dom.ts";
import type { Entry, Shown, Slice } from "./protocol.ts";
import { firstSlice, slicer } from "./slicer.ts";
import { type Choices, VIEWS, type View } from "./views/index.ts";

/** What the pane asks of the page. */
export interface PaneActions {
  /** Shows the opcodes at a byte. */
  opcodesAt(offset: number): void;
  readonly hasOpcodes: boolean;
}

export class Pane {
  readonly #client: Client;
  readonly #box: HTMLElement;
  readonly #choices: Choices = { isLog: false, lines: 1, bins: 50, zoom: null };
  /** The view and slice that were looked at last, taken over where they fit. */
  #view = "";
  #slice: { shape: string; slice: Slice } | null = null;
  #turn = 0;

  constructor(client: Client, box: HTMLElement) {
    this.#client = client;
    this.#box = box;
  }

  /** Shows a value. */
  async show(entry: Entry, actions: PaneActions): Promise<void> {
    const turn = ++this.#turn;
    let shown: Shown;
    try {
      shown = await this.#client.call("show", entry.id);
    } catch (e) {
      if (turn === this.#turn) this.#box.replaceChildren(this.#title(entry), problem(e));
      return;
    }
    if (turn !== this.#turn) return;
    const views = VIEWS.filter((view) => view.fits(shown));
    const shape = shown.shape.join();
    const kept = this.#slice?.shape === shape ? this.#slice.slice : null;
    let slice = kept ?? firstSlice(shown.look === "array" ? shown.shape : []);
    const tabs = make("div", { className: "tabs", role: "tablist" });
    const box = make("div", { className: "view" });
    let chosen = views.find(({ name }) => name === this.#view) ?? (views[0] as View);
    const draw = async (): Promise<void> => {
      const own = ++this.#turn;
      for (const tab of tabs.children) tab.ariaSelected = String(tab.textContent === chosen.name);
      box.onscroll = null;
      try {
        await chosen.draw(box, { client: this.#client, entry, shown, slice, choices: this.#choices });
      } catch (e) {
        if (own === this.#turn) box.replaceChildren(problem(e));
      }
    };
    for (const view of views) {
      const tab = make("button", { type: "button", role: "tab", textContent: view.name });
      tab.onclick = () => {
        chosen = view;
        this.#view = view.name;
        void draw();
      };
      tabs.append(tab);
    }
    const parts: (HTMLElement | null)[] = [
      this.#title(entry),
      this.#bar(entry, shown, actions),
      attributes(shown),
      views.length > 1 ? tabs : null,
      shown.look === "array"
        ? slicer(shown.shape, slice, (next) => {
            slice = next;
            this.#slice = { shape, slice };
            void draw();
          })
        : null,
      box,
    ];
    this.#box.replaceChildren(...parts.filter((part) => part !== null));
    await draw();
  }

  #title({ path, name, type, details, offset }: Entry): HTMLElement {
    return make(
      "div",
      { className: "title" },
      make("code", { textContent: path || name }),
      make("span", { className: "type", textContent: type }),
      make("span", {
        className: "details",
        textContent: `${details}${offset === undefined ? "" : ` at byte ${offset}`}`,
      }),
    );
  }

  /** Copying and saving. */
  #bar(entry: Entry, shown: Shown, actions: PaneActions): HTMLElement {
    const bar = make("div", { className: "bar" });
    const copy = (label: string, what: () => string | Promise<string>): void => {
      const button = make("button", { type: "button", textContent: label });
      button.onclick = async () => {
        try {
          await navigator.clipboard.writeText(await what());
          button.textContent = "Copied";
        } catch (e) {
          button.textContent = e instanceof WorkerProblem ? e.message : "The browser does not let it";
        }
        setTimeout(() => {
          button.textContent = label;
        }, 1500);
      };
      bar.append(button);
    };
    copy("Copy path", () => entry.path || entry.name);
    copy("Copy as Python", () => entry.python);
    if (entry.type !== "Group") copy("Copy value", () => this.#client.call("text", entry.id));
    if (shown.saves.length > 0) {
      const list = make("select", { ariaLabel: "Save as" });
      list.append(new Option("Save as…", ""), ...shown.saves.map((name) => new Option(name, name)));
      list.onchange = () => {
        const format = list.value;
        list.value = "";
        if (format !== "") void this.#save(entry, format);
      };
      bar.append(list);
    }
    const { offset } = entry;
    if (actions.hasOpcodes && offset !== undefined) {
      bar.append(
        make("button", { type: "button", textContent: "Opcodes here", onclick: () => actions.opcodesAt(offset) }),
      );
    }
    return bar;
  }

  async #save(entry: Entry, format: string): Promise<void> {
    try {
      const { name, bytes } = await this.#client.call("save", entry.id, format);
      const link = make("a", {
        href: URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>])),
        download: name,
      });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (e) {
      this.#box.querySelector(".view")?.replaceChildren(problem(e));
    }
  }
}

function attributes({ attributes }: Shown): HTMLElement | null {
  if (attributes.length === 0) return null;
  const table = make("table", { className: "attributes" });
  for (const [name, value] of attributes) {
    const cell = value.includes("\n") ? make("pre", { textContent: value }) : document.createTextNode(value);
    const data = make("td");
    data.append(cell);
    table.append(make("tr", {}, make("th", { textContent: name }), data));
  }
  const box = make("details", { open: true }, make("summary", {}, `${attributes.length} attributes`), table);
  box.style.maxHeight = "45%";
  box.style.overflow = "auto";
  return box;
}

/** Why something cannot be shown. */
function problem(e: unknown): HTMLElement {
  return make("p", { className: "hint", textContent: e instanceof Error ? e.message : String(e) });
}
