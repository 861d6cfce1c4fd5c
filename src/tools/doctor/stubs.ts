/**
 * Classes that a file names and a program lacks: what the file tells of them, and Python that stands in for them.
 *
 * @module
 */
import type { Symbolic } from "../../formats/pickle/tools/index.ts";
import type { Case } from "./rule.ts";
import { fullName } from "./symbols.ts";
import type { ClassShape } from "./types.ts";

/** Only what Python takes for a name comes into code that people paste. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const isPath = (text: string): boolean => text.split(".").every((word) => NAME.test(word));
const MAX_ATTRIBUTES = 60;

interface Known {
  readonly module: string;
  readonly name: string;
  readonly attributes: Set<string>;
  /** States whose names were taken up: many objects may share one. */
  readonly states: Set<ReadonlyMap<string, Symbolic>>;
  base: string | null;
  /** Is it ever made or given a state? What is only named may be a function. */
  made: boolean;
}

const BASES: ReadonlyMap<string, string> = new Map([
  ["str", "str"],
  ["int", "int"],
  ["float", "float"],
  ["bytes", "bytes"],
]);

/** The classes and functions of such modules, in the order of the file. */
export function shapesOf(file: Case, wanted: (module: string) => boolean): ClassShape[] {
  const all = new Map<string, Known>();
  const knownOf = (value: Symbolic | undefined): Known | undefined =>
    value?.kind === "global" ? all.get(fullName(value.global) ?? "") : undefined;
  for (const reference of file.references) {
    const { module, name } = reference;
    const full = fullName(reference);
    if (module === null || name === null || full === null || all.has(full) || !wanted(module)) continue;
    all.set(full, { module, name, attributes: new Set(), states: new Set(), base: null, made: false });
  }
  for (const reference of file.references) {
    const reconstructs = /^copy_?reg\._reconstructor$/.test(fullName(reference) ?? "");
    const own = all.get(fullName(reference) ?? "");
    for (const { kind, args, ofResult } of reference.uses) {
      // copyreg._reconstructor(cls, base, state), as protocols 0 and 1 have it.
      const cls = reconstructs && !ofResult ? knownOf(args[0]) : own;
      if (cls === undefined) continue;
      if (kind === "setstate") {
        takeUp(cls, file.states.of(args[0]));
        cls.made = true;
      } else if (!ofResult) {
        cls.made = true;
        if (kind === "construct") cls.base ??= baseOf(args);
        else if (!reconstructs && /(Error|Exception|Warning)$/.test(cls.name)) cls.base ??= "Exception";
      }
    }
  }
  for (const [{ by, args, state }, { opcode }] of file.filled) {
    const cls = knownOf(by) ?? knownOf(args[0]);
    if (cls) cls.base = opcode.name.startsWith("APPEND") ? "list" : opcode.name === "ADDITEMS" ? "set" : "dict";
    if (cls) takeUp(cls, file.states.of(state));
  }
  return [...all.values()].map(({ module, name, attributes, base, made }) => ({
    module,
    name,
    attributes: [...attributes],
    base,
    isFunction: !made && /^[a-z_]/.test(name),
  }));
}

function takeUp({ attributes, states }: Known, entries: ReadonlyMap<string, Symbolic> | null): void {
  if (entries === null || states.has(entries)) return;
  states.add(entries);
  for (const key of entries.keys()) attributes.add(key);
}

/** The built-in class that arguments of `__new__` tell. */
function baseOf(args: readonly Symbolic[]): string | null {
  const [first] = args;
  if (first === undefined) return null;
  if (args.length > 1) return "tuple";
  return (first.kind === "atom" ? BASES.get(first.type) : undefined) ?? null;
}

/** Python that defines the classes, in modules of their own where they are not of the program itself. */
export function stubs(shapes: readonly ClassShape[]): string {
  const usable = shapes.filter(({ module, name }) => isPath(module) && isPath(name) && !name.includes("."));
  const inners = shapes.filter(({ module, name }) => isPath(module) && isPath(name) && name.includes("."));
  for (const { module, name } of inners) {
    const outer = name.slice(0, name.indexOf("."));
    if (usable.some((one) => one.module === module && one.name === outer)) continue;
    usable.push({ module, name: outer, attributes: [], base: null, isFunction: false });
  }
  const lines: string[] = [];
  const modules = new Set(usable.map(({ module }) => module).filter((module) => !isMain(module)));
  if (modules.size > 0) {
    lines.push("import sys, types");
    for (const module of modules) {
      const words = module.split(".");
      for (let i = 1; i <= words.length; i++) {
        const path = words.slice(0, i).join(".");
        lines.push(`sys.modules.setdefault("${path}", types.ModuleType("${path}"))`);
      }
    }
    lines.push("");
  }
  for (const shape of usable) {
    const { module, name } = shape;
    lines.push(
      ...definition(
        shape,
        inners.filter((one) => one.module === module && one.name.startsWith(`${name}.`)),
      ),
    );
    if (!isMain(module)) {
      lines.push(`${name}.__module__ = "${module}"`, `sys.modules["${module}"].${name} = ${name}`);
    }
    lines.push("");
  }
  return lines.join("\n").trimEnd();
}

const isMain = (module: string): boolean => /^__(mp_)?main__$/.test(module);

function definition({ name, attributes, base, isFunction }: ClassShape, inners: readonly ClassShape[]): string[] {
  if (isFunction) return [`def ${name}(*args, **kwargs): ...`];
  const lines = [`class ${name}${base === null ? "" : `(${base})`}:`];
  const shown = attributes.filter((one) => NAME.test(one)).slice(0, MAX_ATTRIBUTES);
  if (shown.length > 0) lines.push(`    # attributes: ${shown.join(", ")}`);
  for (const inner of inners) {
    const rest = inner.name.slice(name.length + 1);
    // One level: what stands deeper is asked of its own outer class.
    if (rest.includes(".")) continue;
    lines.push(...definition({ ...inner, name: rest }, []).map((line) => `    ${line}`));
  }
  if (base === "tuple") lines.push("    def __new__(cls, *args): return tuple.__new__(cls, args)");
  else if (base === null) lines.push("    def __init__(self, *args, **kwargs): self.args = args");
  else if (lines.length === 1 || lines.every((line) => /^(class| {4}#)/.test(line))) lines.push("    pass");
  return lines;
}
