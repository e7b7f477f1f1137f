// Renders a picture of the Mandelbrot set, each tile in a thread, and writes it as PNG.
//
//   ./heddle run examples/threads/mandelbrot.ts [FILE.png]
import { writeFileSync } from 'node:fs';
import { remote } from 'heddle';
import type { Tile } from '../mandelbrot/tile.ts';
import { encodePng } from './png.ts';

const width = 640;
const height = 448;
const tileSize = 64;
/** A tail in Seahorse Valley. */
const centre = { real: -0.743643, imaginary: 0.131825 };
const step = 0.004 / width;

interface Task {
  readonly column: number;
  readonly row: number;
  readonly tile: Tile;
}

function* tasks(): Generator<Task> {
  for (let row = 0; row < height; row += tileSize)
    for (let column = 0; column < width; column += tileSize) {
      const left = centre.real + (column - width / 2) * step;
      const top = centre.imaginary - (row - height / 2) * step;
      yield { column, row, tile: { width: tileSize, height: tileSize, left, top, step, depth: 900 } };
    }
}

const file = process.argv[2] ?? 'mandelbrot.png';
const pixels = new Uint8Array(width * height);
// The same code that the function of ../mandelbrot runs.
const work = remote<typeof import('../mandelbrot/tile.ts')>(new URL('../mandelbrot/tile.ts', import.meta.url));

const all = [...tasks()];
const startedAt = performance.now();
let done = 0;
// Results come in the order of the tiles, however the threads end.
const results = work.renderTile.map(
  all.map(({ tile }) => tile),
  { concurrency: 8 },
);
for await (const shades of results) {
  const { column, row } = all[done] ?? { column: 0, row: 0 };
  for (let y = 0; y < tileSize; y++)
    pixels.set(shades.subarray(y * tileSize, (y + 1) * tileSize), (row + y) * width + column);
  done += 1;
}
writeFileSync(file, encodePng(width, height, pixels));
console.log(`${file}: ${done} tiles, ${width}×${height} pixels, ${Math.round(performance.now() - startedAt)} ms`);
