/**
 * Random tests draw the same numbers in every run, so that a run says of the code alone what it says; another seed by
 * `BRINE_FUZZ_SEED=7 npm test`.
 */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env["BRINE_FUZZ_SEED"] ?? 20260101) });
