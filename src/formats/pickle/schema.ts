/**
 * The Standard Schema interface (version 1), by which any validator types and checks what was loaded.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";

/** One thing a schema found wrong. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

type SchemaResult<T> = { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** A validator of the Standard Schema kind (Zod, Valibot, ArkType…). */
export interface Schema<T = unknown> {
  readonly "~standard": {
    readonly validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>;
  };
}

/** The value as the schema gives it; throws a `FormatError` that lists the issues. */
export function checked<T>(result: SchemaResult<T>, path?: string): T {
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ message, path }) => `${whereIn(path)}: ${message}`);
  throw new FormatError(`the value is not what the schema asks for: ${issues.join("; ")}`, { format: "pickle", path });
}

function whereIn(path: SchemaIssue["path"]): string {
  let text = "value";
  for (const part of path ?? []) {
    const key = typeof part === "object" ? part.key : part;
    text +=
      typeof key === "string" && /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key) ?? String(key)}]`;
  }
  return text;
}
