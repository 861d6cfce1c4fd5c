/**
 * `io.BytesIO`.
 *
 * @module
 */
import type { PyDict } from "../../core/values/dict.ts";
import { type Parts, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { PyValue } from "./value.ts";

/** An `io.BytesIO`: its bytes and its position. */
export class PyBytesIO extends PyValue {
  value: Uint8Array;
  position: number;
  attrs: PyDict | null = null;
  constructor(value: Uint8Array = new Uint8Array(), position = 0) {
    super();
    this.value = value;
    this.position = position;
  }
  get [pyType](): string {
    return "_io.BytesIO";
  }
  [pyParts](): unknown[] {
    return [this.value, this.position, this.attrs];
  }
  [pyRepr](): Parts {
    return ["<_io.BytesIO ", this.value, `>`];
  }
}
