/**
 * The page: opening files, and what stands around the tree and the value.
 *
 * @module
 */
import { Client, WorkerProblem } from "./client.ts";
import { bytesText, make, part } from "./dom.ts";
import { Pane } from "./pane.ts";
import type { Input, Opened, Safety } from "./protocol.ts";
import { Side } from "./side.ts";
import { Tree } from "./tree.ts";

/** Files that come with the page. */
const SAMPLES = ["cache.pkl", "iris.joblib", "weather.h5", "digits.npz"] as const;
const sampleAt = (name: string): string => new URL(`samples/${name}`, document.baseURI).href;
/** Encodings that text of Python 2 may have. */
const ENCODINGS = ["latin1", "utf-8", "bytes"] as const;

const client = new Client();
const tree = new Tree(client, part("tree"));
const pane = new Pane(client, part("pane"));
const side = new Side(client, part("side"));

let opened: Opened | null = null;
let safety: Safety | null = null;

/** Shows one of the parts of the page. */
function stage(name: "start" | "busy" | "failed" | "opened"): void {
  for (const id of ["start", "busy", "failed", "opened"]) part(id).hidden = id !== name;
  const isOpen = name === "opened";
  part("opcodes").hidden = !isOpen || opened?.hasOpcodes !== true;
  if (!isOpen) {
    part("safety").hidden = true;
    part("file").textContent = "";
    side.close();
  }
}

/** Opens a file, and shows why where it cannot be opened. */
async function open(input: Input): Promise<void> {
  part("doing").textContent = `Opening ${input.name}`;
  const progress = part<HTMLProgressElement>("progress");
  progress.removeAttribute("value");
  client.onProgress = (read, total) => {
    part("doing").textContent =
      `Opening ${input.name}: ${bytesText(read)}${total === undefined ? "" : ` of ${bytesText(total)}`}`;
    if (total !== undefined) progress.value = read / total;
  };
  opened = null;
  stage("busy");
  try {
    opened = await client.open(input);
  } catch (e) {
    fail(input, e);
    return;
  }
  const { root, format, size, rest } = opened;
  part("file").textContent = [
    input.name,
    format,
    size === undefined ? "" : bytesText(size),
    rest === undefined ? "" : `then: ${rest}`,
  ]
    .filter(Boolean)
    .join(" · ");
  document.title = `${input.name} · brine`;
  stage("opened");
  // A place in an address is one of the file of that address.
  const wanted = input.url === undefined ? null : wantedPath();
  remember(input);
  await tree.start(root);
  await goTo(wanted);
  void look();
}

/** The value that the page's address leads to. */
function wantedPath(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get("path");
}

async function goTo(path: string | null): Promise<void> {
  if (path === null || path === tree.chosen?.path) return;
  const found = await client.call("locate", path);
  if (found !== null) await tree.reveal(found);
}

/** Looks for danger, and says so at the top. */
async function look(): Promise<void> {
  const badge = part("safety");
  const own = opened;
  safety = null;
  badge.hidden = false;
  badge.className = "";
  badge.textContent = "Looking for danger…";
  try {
    const found = await client.call("safety");
    if (own !== opened) return;
    safety = found;
    const { verdict, findings } = found;
    badge.className = verdict;
    const mark = verdict === "safe" ? "✓" : "⚠";
    badge.textContent = `${mark} ${verdict}${findings.length > 0 ? ` (${findings.length})` : ""}`;
  } catch (e) {
    if (own !== opened) return;
    badge.textContent = "Not looked for danger";
    badge.title = e instanceof Error ? e.message : String(e);
  }
}

function fail(input: Input, e: unknown): void {
  if (e instanceof WorkerProblem && e.problem.code === "CANCELLED") {
    if (opened === null) stage("start");
    return;
  }
  const message = e instanceof Error ? e.message : String(e);
  const box = part("failed");
  box.replaceChildren(
    make("h2", { textContent: `${input.name} cannot be opened` }),
    make("p", { textContent: message }),
  );
  const again = make("div", { className: "bar" });
  if (/encoding/.test(message)) {
    for (const encoding of ENCODINGS) {
      again.append(
        make("button", {
          type: "button",
          textContent: `Open as ${encoding}`,
          onclick: () => void open({ ...input, encoding }),
        }),
      );
    }
  }
  again.append(make("button", { type: "button", textContent: "Back", onclick: () => stage("start") }));
  box.append(again);
  stage("failed");
}

/** Puts an address into that of the page, so that it can be passed on. */
function remember({ url, name }: Input): void {
  const page = new URL(location.href);
  page.search =
    url === undefined
      ? ""
      : new URLSearchParams(
          SAMPLES.some((own) => url.endsWith(`/samples/${own}`)) ? { sample: name } : { url },
        ).toString();
  if (page.search !== location.search) page.hash = "";
  history.replaceState(null, "", page);
}

function openFile(file: File | null | undefined): void {
  if (file) void open({ name: file.name || "pasted", file });
}

/** Files of this server up to this are read whole: their opcodes are to be seen. */
const SMALL = 1 << 25;

async function openAddress(address: string): Promise<void> {
  const url = new URL(address, location.href);
  const name = decodeURIComponent(url.pathname.split("/").pop() || address);
  const answer = url.origin === location.origin ? await fetch(url) : null;
  const size = answer?.ok ? Number(answer.headers.get("content-length") ?? Number.NaN) : Number.NaN;
  if (answer === null || !(size <= SMALL)) {
    await answer?.body?.cancel();
    return open({ name, url: url.href });
  }
  await open({ name, file: new File([await answer.blob()], name), url: url.href });
}

tree.onChoose = (entry) => {
  const page = new URL(location.href);
  page.hash = entry.path === "" || entry.path === "/" ? "" : new URLSearchParams({ path: entry.path }).toString();
  // The first choice of a file whose place in the address is still to be gone to.
  if (entry.id !== 0) history.replaceState(null, "", page);
  void pane.show(entry, {
    hasOpcodes: opened?.hasOpcodes === true,
    opcodesAt: (offset) => void side.opcodes(offset),
  });
};
side.onFound = (found) => void tree.reveal(found);

const picker = part<HTMLInputElement>("picker");
picker.onchange = () => {
  openFile(picker.files?.[0]);
  picker.value = "";
};
for (const id of ["choose", "browse"]) part(id).onclick = () => picker.click();
part("home").onclick = () => {
  client.cancel();
  opened = null;
  history.replaceState(null, "", location.pathname);
  stage("start");
};
part("cancel").onclick = () => {
  client.cancel();
  stage("start");
};
part("opcodes").onclick = () => void side.opcodes(tree.chosen?.offset);
part("safety").onclick = () => {
  if (safety !== null) side.findings(safety, opened?.hasOpcodes === true);
};
part<HTMLFormElement>("address").onsubmit = (event) => {
  event.preventDefault();
  void openAddress(part("address").querySelector("input")?.value ?? "");
};
for (const name of SAMPLES) {
  part("samples").append(
    make("button", { type: "button", textContent: name, onclick: () => void openAddress(sampleAt(name)) }),
  );
}

// Dropped anywhere, or pasted.
let over = 0;
document.addEventListener("dragenter", () => document.body.classList.toggle("over", ++over > 0));
document.addEventListener("dragleave", () => document.body.classList.toggle("over", --over > 0));
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  over = 0;
  document.body.classList.remove("over");
  openFile(event.dataTransfer?.files[0]);
});
document.addEventListener("paste", (event) => openFile(event.clipboardData?.files[0]));

const search = part<HTMLInputElement>("search");
const hits = part("hits");
let found: Awaited<ReturnType<typeof client.call<"find">>> | null = null;
let shownHit = -1;
search.oninput = () => {
  found = null;
  hits.textContent = "";
};
search.onkeydown = async (event) => {
  if (event.key === "Escape") {
    search.value = hits.textContent = "";
    part("tree").focus();
  }
  if (event.key !== "Enter" || search.value === "") return;
  if (found === null) {
    hits.textContent = "Searching…";
    found = await client.call("find", search.value);
    shownHit = -1;
  }
  const { length } = found.found;
  if (length === 0) {
    hits.textContent = "Nothing found";
    return;
  }
  shownHit = (shownHit + (event.shiftKey ? length - 1 : 1)) % length;
  hits.textContent = `${shownHit + 1} of ${length}${found.isWhole ? "" : " or more"}; Enter for the next`;
  await tree.reveal(found.found[shownHit] as (typeof found.found)[number]);
};
document.addEventListener("keydown", (event) => {
  const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test((event.target as Element).tagName);
  if (event.key === "/" && !isTyping && opened !== null) {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === "Escape" && side.isOpen) side.close();
});

// The width of the tree.
part("divider").onpointerdown = (event) => {
  const divider = part("divider");
  divider.setPointerCapture(event.pointerId);
  divider.onpointermove = (move) => {
    const width = Math.max(160, Math.min(innerWidth - 240, move.clientX));
    part("opened").style.setProperty("--tree", `${width}px`);
  };
  divider.onpointerup = () => {
    divider.onpointermove = null;
  };
};

// Light, dark, or as the system has it.
const THEMES = ["", "light", "dark"];
const paint = (theme: string): void => {
  document.documentElement.className = theme;
};
paint(localStorage.getItem("theme") ?? "");
part("theme").onclick = () => {
  const next = THEMES[(THEMES.indexOf(document.documentElement.className) + 1) % THEMES.length] as string;
  localStorage.setItem("theme", next);
  paint(next);
};

if ("serviceWorker" in navigator && isSecureContext) {
  void navigator.serviceWorker.register("offline.js");
}

addEventListener("hashchange", () => {
  if (opened !== null) void goTo(wantedPath());
});
const asked = new URLSearchParams(location.search);
const sample = SAMPLES.find((name) => name === asked.get("sample"));
if (sample !== undefined) void openAddress(sampleAt(sample));
else if (asked.get("url")) void openAddress(asked.get("url") as string);
