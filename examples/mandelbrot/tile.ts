/** One tile of a picture: its size in pixels, and where it lies in the complex plane. */
export interface Tile {
  readonly width: number;
  readonly height: number;
  /** Real part of the first pixel. */
  readonly left: number;
  /** Imaginary part of the first pixel. */
  readonly top: number;
  /** Distance between pixels. */
  readonly step: number;
  /** Iterations after which a point is taken to be in the set. */
  readonly depth: number;
}

/** How fast a point flees: 0 where it stays in the set, else 1 to 255, round and round, smooth between iterations. */
function shade(real: number, imaginary: number, depth: number): number {
  let x = 0;
  let y = 0;
  for (let i = 0; i < depth; i++) {
    const xx = x * x;
    const yy = y * y;
    if (xx + yy > 256) {
      const smooth = i + 1 - Math.log2(Math.log2(xx + yy) / 2);
      return 1 + (Math.floor(smooth * 4) % 255);
    }
    y = 2 * x * y + imaginary;
    x = xx - yy + real;
  }
  return 0;
}

/** Renders one tile; its shades row by row. */
export function renderTile(tile: Tile): Uint8Array<ArrayBuffer> {
  const shades = new Uint8Array(tile.width * tile.height);
  for (let row = 0; row < tile.height; row++)
    for (let column = 0; column < tile.width; column++)
      shades[row * tile.width + column] = shade(tile.left + column * tile.step, tile.top - row * tile.step, tile.depth);
  return shades;
}
