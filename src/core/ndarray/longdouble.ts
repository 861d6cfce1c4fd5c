/**
 * `longdouble` as x86 has it: 80 bits (64 of fraction with the leading one, 15 of exponent, sign) in 12 or 16 bytes.
 *
 * The header of a file does not tell it from the IEEE quadruple of other machines; x86's is the one that is met.
 *
 * @module
 */

/** The nearest float64. */
export function longToNumber(view: DataView, at: number, size: number, little: boolean): number {
  const place = little ? at : at + size - 10;
  const fraction = view.getBigUint64(little ? place : place + 2, little);
  const top = view.getUint16(little ? place + 8 : place, little);
  const exponent = top & 0x7fff;
  const sign = top & 0x8000 ? -1 : 1;
  // Without its leading one a number of this exponent is none.
  if (exponent > 0 && fraction >> 63n === 0n) return Number.NaN;
  if (exponent === 0x7fff) return fraction === 1n << 63n ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (fraction === 0n) return sign * 0;
  const power = exponent - 16383 - 63;
  // Two steps, since 2 ** power alone may be beyond a float64 where the product is not.
  const half = Math.trunc(power / 2);
  return sign * Number(fraction) * 2 ** half * 2 ** (power - half);
}

/** Writes a float64 exactly. */
export function numberToLong(view: DataView, at: number, size: number, little: boolean, value: number): void {
  for (let i = 0; i < size; i++) view.setUint8(at + i, 0);
  let exponent = 0;
  let fraction = 0n;
  if (Number.isNaN(value)) [exponent, fraction] = [0x7fff, 3n << 62n];
  else if (!Number.isFinite(value)) [exponent, fraction] = [0x7fff, 1n << 63n];
  else if (value !== 0) {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, Math.abs(value));
    const raw = bits.getBigUint64(0);
    exponent = Number(raw >> 52n);
    fraction = raw & 0xfffffffffffffn;
    if (exponent > 0) fraction |= 1n << 52n;
    else exponent = 1;
    fraction <<= 11n;
    exponent += 16383 - 1023;
    while (fraction >> 63n === 0n) {
      fraction <<= 1n;
      exponent--;
    }
  }
  if (value < 0 || Object.is(value, -0)) exponent |= 0x8000;
  const place = little ? at : at + size - 10;
  view.setBigUint64(little ? place : place + 2, fraction, little);
  view.setUint16(little ? place + 8 : place, exponent, little);
}
