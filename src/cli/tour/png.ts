import { crc32, deflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(body.byteLength + 8);
  frame.writeUInt32BE(data.byteLength, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), frame.byteLength - 4);
  return frame;
}

/**
 * A picture as PNG with a palette. `pixels` are indices into `palette`, row by row; `palette` is red, green, blue of up
 * to 256 colours. Throws RangeError where sizes do not fit. Source: W3C, Portable Network Graphics, third edition.
 */
export function encodePng(width: number, height: number, pixels: Uint8Array, palette: Uint8Array): Buffer {
  if (pixels.byteLength !== width * height)
    throw new RangeError(`A picture of ${width}×${height} has ${width * height} pixels, not ${pixels.byteLength}.`);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8); // 8 bits, palette, deflate, the standard filters, not interlaced
  // Each row begins with its filter: 0, none.
  const rows = Buffer.alloc((width + 1) * height);
  for (let row = 0; row < height; row++)
    rows.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** 256 colours between the given ones, evenly; 0 is black. Each stop is red, green, blue from 0 to 255. */
export function gradient(stops: readonly (readonly [number, number, number])[]): Uint8Array {
  const palette = new Uint8Array(768);
  for (let index = 1; index < 256; index++) {
    const at = ((index - 1) / 254) * (stops.length - 1);
    const from = stops[Math.floor(at)] ?? [0, 0, 0];
    const to = stops[Math.min(stops.length - 1, Math.floor(at) + 1)] ?? from;
    for (const part of [0, 1, 2] as const)
      palette[index * 3 + part] = Math.round(from[part] + (to[part] - from[part]) * (at % 1));
  }
  return palette;
}
