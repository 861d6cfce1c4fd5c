import type { Arg } from "./args.ts";

/** What an opcode does with the memo: `"memoize"` stores under the number of entries, `"put"` under its argument. */
export type MemoUse = "put" | "memoize" | "get";

export function memoUse(code: number): MemoUse | undefined {
  switch (code) {
    case 0x70: // PUT
    case 0x71: // BINPUT
    case 0x72: // LONG_BINPUT
      return "put";
    case 0x67: // GET
    case 0x68: // BINGET
    case 0x6a: // LONG_BINGET
      return "get";
    case 0x94:
      return "memoize";
    default:
      return undefined;
  }
}

/** Python's dict takes False for 0 and True for 1. */
export function memoKey(arg: Arg): number | bigint {
  return typeof arg === "bigint" ? arg : Number(arg);
}
