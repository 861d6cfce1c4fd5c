/**
 * Reports as SARIF 2.1.0, which code hosts show beside the files.
 *
 * Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
 *
 * @module
 */
import { RULES } from "./rules.ts";
import type { Report, Severity } from "./types.ts";

const LEVELS: Readonly<Record<Severity, string>> = { note: "note", suspicious: "warning", dangerous: "error" };

/**
 * Reports of files as one SARIF 2.1.0 log, a plain object for `JSON.stringify`; names are paths relative to the checkout,
 * `failed` are messages about files that could not be read.
 *
 * @example
 * ```ts
 * const log = sarif([{ file: "model.pt", report: await scan("model.pt") }]);
 * ```
 */
export function sarif(
  scanned: readonly { readonly file: string; readonly report: Report }[],
  version = "0",
  failed: readonly string[] = [],
): object {
  const ids = [...RULES.keys()];
  const results = scanned.flatMap(({ file, report }) =>
    report.findings.map((found) => ({
      ruleId: found.rule,
      ruleIndex: ids.indexOf(found.rule),
      level: LEVELS[found.severity],
      message: { text: `${found.message} (${found.path}) ${found.advice[0]?.toUpperCase()}${found.advice.slice(1)}.` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: uriOf(file) },
            // Code hosts show nothing without a line.
            region: { startLine: 1, byteOffset: found.offset, byteLength: 1 },
          },
          logicalLocations: [{ fullyQualifiedName: found.path }],
        },
      ],
      partialFingerprints: { "brine/v1": `${found.rule}:${found.path.slice(file.length)}:${found.global ?? ""}` },
    })),
  );
  const rules = [...RULES].map(([id, text]) => ({
    id,
    shortDescription: { text },
    helpUri: `https://www.npmjs.com/package/brine`,
  }));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "brine scan", version, informationUri: "https://www.npmjs.com/package/brine", rules } },
        results,
        invocations: [
          {
            executionSuccessful: failed.length === 0,
            toolExecutionNotifications: failed.map((text) => ({ level: "error", message: { text } })),
          },
        ],
        columnKind: "utf16CodeUnits",
      },
    ],
  };
}

function uriOf(file: string): string {
  return file
    .replaceAll("\\", "/")
    .split("/")
    .map((part) => encodeURIComponent(part))
    .join("/");
}
