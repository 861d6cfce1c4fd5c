/**
 * The panel at the side: opcodes, and what the look for danger found.
 *
 * @module
 */
import type { Client } from "./client.ts";
import { make } from "./dom.ts";
import type { Found, Safety } from "./protocol.ts";

const LINE = 20;
const SPARE = 40;
const TALLEST = 8_000_000;

/** A panel with a heading, over the page until it is closed. */
export class Side {
  readonly #client: Client;
  readonly #box: HTMLElement;
  /** Chooses a value in the tree. */
  onFound: (found: Found) => void = () => {};

  constructor(client: Client, box: HTMLElement) {
    this.#client = client;
    this.#box = box;
  }

  close(): void {
    this.#box.hidden = true;
    this.#box.replaceChildren();
  }

  get isOpen(): boolean {
    return !this.#box.hidden;
  }

  #start(title: string): HTMLElement {
    const body = make("div", { className: "body" });
    const close = make("button", { type: "button", textContent: "Close", onclick: () => this.close() });
    this.#box.replaceChildren(make("header", {}, make("strong", { textContent: title }), close), body);
    this.#box.hidden = false;
    return body;
  }

  /** Lists the opcodes, those in sight alone, from the one at a byte. */
  async opcodes(offset: number | undefined): Promise<void> {
    const body = this.#start("Opcodes");
    const list = make("div", { className: "opcodes" });
    const note = make("p", { className: "hint" });
    body.append(note, list);
    const { total, problem } = await this.#client.call("opcodes", 0, 0);
    note.textContent = `${total} opcodes${problem === undefined ? "" : `; then: ${problem}`}. Click one for the value it belongs to.`;
    const height = Math.min(total * LINE, TALLEST);
    list.style.height = `${height}px`;
    const marked = offset === undefined ? -1 : await this.#client.call("opcodeAt", offset);
    let asked = -1;
    const fill = async (): Promise<void> => {
      const inSight = Math.ceil(body.clientHeight / LINE);
      const scrolled = Math.max(0, body.scrollTop - list.offsetTop);
      const inView = (scrolled / height) * total;
      const first = Math.max(0, Math.floor(inView) - SPARE);
      if (first === asked) return;
      asked = first;
      const { lines } = await this.#client.call("opcodes", first, inSight + 2 * SPARE);
      if (asked !== first) return;
      list.replaceChildren(
        ...lines.map(([at, name, arg], i) => {
          const line = make(
            "div",
            { className: first + i === marked ? "at" : "", onclick: () => void this.#chosen(at) },
            make("span", { className: "offset", textContent: String(at) }),
            make("span", { className: "op", textContent: name }),
            arg,
          );
          // In a list too tall to be scrolled line by line they stand about the place that is looked at.
          line.style.top = `${total * LINE <= TALLEST ? (first + i) * LINE : scrolled + (first + i - inView) * LINE}px`;
          return line;
        }),
      );
    };
    if (marked > 0) body.scrollTop = list.offsetTop + (marked / total) * height - body.clientHeight / 3;
    body.onscroll = () => void fill();
    await fill();
  }

  async #chosen(offset: number): Promise<void> {
    const found = await this.#client.call("valueAt", offset);
    if (found !== null) this.onFound(found);
  }

  /** Tells what was found; a finding leads to its opcode. */
  findings({ verdict, findings }: Safety, hasOpcodes: boolean): void {
    const body = this.#start(`Safety: ${verdict}`);
    body.append(
      make(
        "p",
        {},
        "brine has opened this file without running anything from it. This is what Python would do with it:",
      ),
    );
    if (findings.length === 0) body.append(make("p", {}, "Nothing was found that runs code of its own."));
    for (const { severity, message, advice, place, offset } of findings) {
      const box = make(
        "div",
        { className: `finding ${severity}` },
        make("p", {}, make("strong", { textContent: severity }), ` ${message}`),
        make("p", { className: "hint", textContent: `${advice} (${place})` }),
      );
      if (hasOpcodes && offset !== undefined) {
        box.append(
          make("button", { type: "button", textContent: "Opcodes here", onclick: () => void this.opcodes(offset) }),
        );
      }
      body.append(box);
    }
  }
}
