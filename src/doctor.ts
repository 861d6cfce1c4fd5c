/**
 * The face of `brine/doctor`: why a file does not load, and the file rewritten so that it does.
 *
 * ```ts
 * import { diagnose, fix } from "brine/doctor";
 * for (const { where, message } of (await diagnose("model.joblib")).findings) console.log(where, message);
 * ```
 *
 * @module
 */
export {
  type Change,
  type ClassShape,
  type DiagnoseOptions,
  type Diagnosis,
  diagnose,
  explain,
  type Finding,
  type Fixed,
  type FixOptions,
  fix,
  type Os,
  type Versions,
} from "./tools/doctor/index.ts";
