/**
 * A scale of colours from dark to light, that does without red against green.
 *
 * @module
 */

/** Nine points of the scale viridis, in which all others lie. */
const POINTS = [0x440154, 0x472c7a, 0x3b518b, 0x2c718e, 0x21908d, 0x27ad81, 0x5cc863, 0xaadc32, 0xfde725] as const;

/** Red, green and blue of 256 steps. */
export function scale(): Uint8Array {
  const out = new Uint8Array(3 * 256);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (POINTS.length - 1);
    const low = Math.min(POINTS.length - 2, Math.floor(place));
    for (let part = 0; part < 3; part++) {
      const byte = (at: number): number => ((POINTS[at] as number) >> (16 - 8 * part)) & 255;
      out[3 * i + part] = byte(low) + (byte(low + 1) - byte(low)) * (place - low);
    }
  }
  return out;
}
