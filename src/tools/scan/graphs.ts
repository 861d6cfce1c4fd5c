/**
 * Programs within models that are no pickles: the code of TorchScript archives, and the graphs of TensorFlow.
 *
 * Both run in a machine of their own that knows no `os.system`; what reaches files, Python or other libraries is told.
 *
 * To add an operation: a word in one of the lists.
 *
 * Source: torch/csrc/jit/serialization (the archive's `code/` folder); tensorflow/core/framework/node_def.proto.
 *
 * @module
 */
import { decodeLatin1 } from "../../core/bytes/text.ts";
import { issue } from "./issue.ts";
import type { Part, Scan } from "./scan.ts";
import type { Severity } from "./types.ts";

interface Row {
  readonly pattern: RegExp;
  readonly severity: Severity;
  readonly what: string;
}

/** Between the parts of a name the language takes blanks, and lines that go on. */
const DOT = "[\\s\\\\]*\\.[\\s\\\\]*";

/** Operators of torch itself, which compute; `image` and others of torchvision and torchaudio read files. */
const OPERATORS =
  "aten|prim|prims|quantized|_quantized|quantized_decomposed|torchvision|sparse|mkldnn|mkldnn_prepacked|xnnpack|prepacked|onednn|metal|vulkan|fbgemm";

const CODE: readonly Row[] = [
  { pattern: /\bfrom_file\b/, severity: "dangerous", what: "reads a file" },
  {
    pattern: new RegExp(`\\b(torch|aten|prim)${DOT}(save|load)\\b`),
    severity: "dangerous",
    what: "reads or writes a file",
  },
  { pattern: /\b(read_file|write_file|read_video\w*|load_audio\w*)\b/, severity: "dangerous", what: "reaches files" },
  {
    pattern: new RegExp(`\\bops${DOT}(?!(${OPERATORS})\\b)\\w+`),
    severity: "suspicious",
    what: "is of a library that the program brings",
  },
];

/** Operations by their names in a graph; a digit may stand behind one, as the tag of the next field. */
const ops = (names: string): RegExp =>
  new RegExp(`(?<![A-Za-z0-9_])(${names.trim().replace(/\s+/g, "|")})(V\\d)?(?![A-Za-z_])`);

const GRAPH: readonly Row[] = [
  { pattern: ops("PyFunc PyFuncStateless EagerPyFunc"), severity: "dangerous", what: "calls Python" },
  {
    pattern: ops("ReadFile WriteFile MatchingFiles MatchingFilesDataset"),
    severity: "dangerous",
    what: "reaches files",
  },
  {
    pattern: ops(`TextLineReader TextLineDataset TFRecordReader TFRecordDataset WholeFileReader FixedLengthRecordReader
      FixedLengthRecordDataset SqlDataset LMDBReader LMDBDataset CSVDataset LoadDataset SaveDataset SnapshotDataset
      DebugIdentity DebugNanCount DebugNumericSummary PrintV2 SummaryWriter CreateSummaryFileWriter`),
    severity: "suspicious",
    what: "reads or writes what its arguments name",
  },
];

/** Bytes that are looked through at once, and those of the piece before that are seen again. */
const PIECE = 1 << 20;
const OVERLAP = 256;

/** Is it the code of a TorchScript archive? */
export const isScript = ({ torch, path }: Part): boolean => torch === true && /\/code\/.+\.py$/.test(path);

/** Is it a graph of TensorFlow, by its name? */
export const isGraph = ({ name }: Part): boolean => /\.(pb|pbtxt)$/i.test(name);

/** Looks through the code of a TorchScript archive. */
export function scanScript(part: Part, scan: Scan): void {
  search(part, scan, CODE, "torchscript-op", "code of TorchScript");
}

/** Looks through a graph of TensorFlow. */
export function scanGraph(part: Part, scan: Scan): void {
  search(part, scan, GRAPH, "graph-op", "graph of TensorFlow");
}

function search(part: Part, scan: Scan, rows: readonly Row[], rule: string, where: string): void {
  const { bytes } = part;
  const left = new Set(rows);
  for (let at = 0; at < bytes.length && left.size > 0; at += PIECE) {
    const begin = Math.max(0, at - OVERLAP);
    const text = decodeLatin1(bytes, begin, Math.min(bytes.length, at + PIECE));
    for (const row of left) {
      const found = row.pattern.exec(text);
      if (found === null) continue;
      left.delete(row);
      const name = found[0].replace(/[\s\\]+/g, "");
      scan.add(part, issue(rule, row.severity, begin + found.index, `${name} in the ${where} ${row.what}.`));
    }
  }
}
