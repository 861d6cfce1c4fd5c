/**
 * What is said of a name and of its uses.
 *
 * Three tiers: names that brine knows are safe in the uses it knows; names that run code are dangerous; of all others
 * nobody can say what they do, so they are suspicious.
 *
 * @module
 */
import { toPython2, toPython3 } from "../../formats/pickle/compat.ts";
import type { GlobalReference, GlobalUse, Symbolic } from "../../formats/pickle/tools/index.ts";
import type { Allowed, Policy } from "./allow.ts";
import { checkOf } from "./checks.ts";
import { denied } from "./deny.ts";
import { type Issue, issue } from "./issue.ts";
import { nameOf, shown } from "./show.ts";
import { misshapen } from "./spelling.ts";

/** Names of Python's own that only make trouble when they are called with what a pickle can give them. */
const BUILTINS = /^(builtins|__builtin__)$/;

/** What is known of a name in all its spellings. */
interface Standing {
  readonly policy: Policy | undefined;
  /** The spelling under which it is known, or Python 3's. */
  readonly full: string;
  readonly why: string | null;
}

/** What is known of a name is asked for each place where it stands. */
function standing(module: string, name: string, allowed: Allowed): Standing {
  return allowed.remembered(`${module}\n${name}`, () => lookedUp(module, name, allowed));
}

function lookedUp(module: string, name: string, allowed: Allowed): Standing {
  const [module3, name3] = toPython3(module, name);
  const full = `${module}.${name}`;
  const full3 = `${module3}.${name3}`;
  const policies = [full, full3].map((one) => allowed.policy(one));
  const known = policies[1] ?? policies[0];
  const why3 = policies[1] === undefined ? denied(module3, name3) : null;
  const why1 = policies[0] === undefined && known === undefined ? denied(module, name) : null;
  const why2 = known === undefined ? denied(...toPython2(module, name)) : null;
  return {
    policy: known,
    full: policies[1] === undefined && known !== undefined ? full : full3,
    why: why3 ?? why1 ?? why2,
  };
}

/** The module and the name of a full name, where neither has dots of its own to tell. */
function split(full: string): [string, string] {
  const dot = full.lastIndexOf(".");
  return [full.slice(0, dot), full.slice(dot + 1)];
}

/** Everything that is wrong with one reference and its uses. */
export function judge(ref: GlobalReference, allowed: Allowed): Issue[] {
  const { module, name, offset } = ref;
  const first = ref.uses.find(({ kind }) => kind !== "setstate");
  const about: About = first === undefined ? { global: nameOf(ref) } : aboutOf(ref, first);
  if (ref.code !== undefined) {
    const advice = "load it only with the extension registry of the program that wrote it";
    const message = `Extension code ${ref.code} stands for a name that only the loading program's registry tells.`;
    return [issue("extension-code", "suspicious", offset, message, { advice })];
  }
  if (module === null || name === null) {
    // Whatever is no text stops every reader; what a call gives may be any text.
    if (!ref.operands?.some((one) => mayBeText(one, allowed))) return [];
    const message = "The name of a module or of what is taken from it is computed while the file is loaded.";
    return [issue("computed-name", "dangerous", offset, message, about)];
  }
  const odd = misshapen(module, name);
  if (odd !== null) {
    return [
      issue("misshapen-name", odd.severity, offset, `The name ${JSON.stringify(about.global)} ${odd.why}.`, about),
    ];
  }
  const { policy, full, why } = standing(module, name, allowed);
  if (why !== null) {
    const called = first ? ` It is called with (${about.arguments}).` : "";
    return [issue("dangerous-name", "dangerous", offset, `${about.global}: ${why}.${called}`, about)];
  }
  if (policy !== undefined) {
    const issues: Issue[] = [];
    for (const use of ref.uses) {
      const about = issues.length < MOST_SHOWN ? aboutOf(ref, use) : { global: nameOf(ref), arguments: "…" };
      for (const found of judgeUse(use, full, policy, allowed, about, ref)) issues.push(found);
    }
    return issues;
  }
  if (allowed.isOwn(`${module}.${name}`)) return [];
  return judgeUnknown(ref, full, about, allowed);
}

/** Findings of one reference that show their arguments. */
const MOST_SHOWN = 200;

interface About {
  readonly global: string;
  readonly arguments?: string;
}

/** The name and the arguments, which are written out only where a finding tells of them. */
function aboutOf(ref: GlobalReference, { args }: GlobalUse): Required<About> {
  return {
    global: nameOf(ref),
    get arguments(): string {
      return shown(args);
    },
  };
}

/** May what a call gives be a text? A class of data that is no text gives its own kind only. */
function mayBeText(value: Symbolic, allowed: Allowed): boolean {
  if (value.kind === "persistent") return true;
  if (value.kind !== "made") return false;
  if (value.by.kind !== "global" || value.by.global.module === null)
    return value.origin !== null || value.by.kind === "made";
  const { policy, full } = standing(value.by.global.module, value.by.global.name ?? "", allowed);
  return policy !== "class" || full === "builtins.str" || checkOf(full) !== undefined;
}

function judgeUse(
  use: GlobalUse,
  full: string,
  policy: Policy,
  allowed: Allowed,
  about: Required<About>,
  ref: GlobalReference,
): Issue[] {
  const check = checkOf(full);
  if (use.ofResult) {
    if (use.kind === "setstate") return check?.state?.(use, allowed, about) ?? [];
    const isKnown = (name: string): boolean => standing(...split(name), allowed).policy !== undefined;
    const severity = check?.result === undefined ? "dangerous" : check.result(use, isKnown, ref);
    if (severity === null) return [];
    const message = `What ${about.global} gives is called with (${about.arguments}): any function may be behind it.`;
    return [issue("call-of-result", severity, use.offset, message, about)];
  }
  if (use.kind === "setstate") {
    const message = `${about.global} itself is given a new state, which changes it for the whole program.`;
    return [issue("build-on-name", "dangerous", use.offset, message, about)];
  }
  const found = check?.call?.(use, allowed, about);
  if (found !== undefined) return found;
  if (policy === "class") return [];
  const message = `${about.global} is called with (${about.arguments}), where it is expected to be kept as a value.`;
  return [issue("unexpected-call", "suspicious", use.offset, message, about)];
}

function judgeUnknown(ref: GlobalReference, full: string, about: About, allowed: Allowed): Issue[] {
  const { module, name, offset, uses } = ref as GlobalReference & { module: string; name: string };
  const changed = uses.find(({ kind, ofResult }) => kind === "setstate" && !ofResult);
  if (changed !== undefined) {
    const message = `${about.global} itself is given a new state, which changes it for the whole program.`;
    return [issue("build-on-name", "dangerous", changed.offset, message, about)];
  }
  if (BUILTINS.test(full.slice(0, full.indexOf("."))) && !full.includes(".", full.indexOf(".") + 1)) {
    const message = `${about.global} is none of the builtins that data are made of.`;
    return [issue("unknown-builtin", "dangerous", offset, message, about)];
  }
  if (name.includes(".")) {
    const parts = name.split(".");
    const owner = parts.slice(0, -1).map((_, i) => `${module}.${parts.slice(0, i + 1).join(".")}`);
    const inside = owner.find((one) => standing(module, one.slice(module.length + 1), allowed).policy !== undefined);
    if (inside !== undefined || parts.some((part) => part.startsWith("__"))) {
      const message = `${about.global} is an attribute of ${inside ?? "something"}, reached by a name with dots.`;
      return [issue("dotted-name", "dangerous", offset, message, about)];
    }
  }
  const called = about.arguments === undefined ? "" : `, called with (${about.arguments})`;
  const result = uses.some(({ kind, ofResult }) => ofResult && kind !== "setstate")
    ? " What it gives is called again."
    : "";
  const message = `${about.global} is no name that is known${called}: what it does depends on code that is not in the file.${result}`;
  return [issue("unknown-name", "suspicious", offset, message, about)];
}
