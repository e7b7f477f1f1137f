import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { HeddleClient, InvokeAnswer } from '../../sdk/client.ts';
import { ServiceError } from '../../sdk/service-error.ts';
import { Shape } from '../../sdk/shape.ts';
import { CliError, exitCodes } from '../exit.ts';
import { encodePng, gradient } from './png.ts';

const width = 960;
const height = 640;
const tileSize = 64;
const depth = 900;
const attemptsMax = 10;
/** A tail in Seahorse Valley. */
const centre = { real: -0.743643, imaginary: 0.131825 };
const step = 0.004 / width;
/** Begins and ends with the same colour: shades go round. */
const palette = gradient([
  [0, 7, 100],
  [32, 107, 203],
  [237, 255, 255],
  [255, 170, 0],
  [90, 20, 20],
  [0, 7, 100],
]);

/** What rendering the picture took. */
export interface PictureResult {
  readonly path: string;
  readonly tiles: number;
  readonly parallel: number;
  readonly instances: number;
  readonly containers: number;
  readonly tookMs: number;
  /** Tiles that were tried again, because the service was full or an instance died. */
  readonly retries: number;
  readonly slowestStartMs: number;
}

interface Place {
  readonly column: number;
  readonly row: number;
}

function places(): Place[] {
  const all: Place[] = [];
  for (let row = 0; row < height; row += tileSize)
    for (let column = 0; column < width; column += tileSize) all.push({ column, row });
  return all;
}

/** The event of the function `mandelbrot`. */
function tileAt(place: Place): Record<string, number> {
  return {
    width: tileSize,
    height: tileSize,
    left: centre.real + (place.column - width / 2) * step,
    top: centre.imaginary - (place.row - height / 2) * step,
    step,
    depth,
  };
}

/** A burst may be larger than the machine, and instances die: rendering twice does no harm, so both are tried again. */
async function invokePatiently(client: HeddleClient, payload: Uint8Array, onRetry: () => void): Promise<InvokeAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.invoke('mandelbrot', payload, { logTail: true });
    } catch (error) {
      const passing = error instanceof ServiceError && (error.status === 429 || error.status >= 500);
      if (!passing || attempt === attemptsMax) throw error;
      onRetry();
      await wait(200 * attempt);
    }
  }
}

async function renderTile(
  client: HeddleClient,
  place: Place,
  pixels: Uint8Array,
  onRetry: () => void,
): Promise<InvokeAnswer> {
  const answer = await invokePatiently(client, Buffer.from(JSON.stringify(tileAt(place))), onRetry);
  const text = Buffer.from(answer.payload).toString('utf8');
  if (answer.functionError !== undefined)
    throw new CliError(`A tile could not be rendered: ${text}\n${answer.logTail}`, exitCodes.functionError);
  const shades = Buffer.from(new Shape(JSON.parse(text), 'tile').text('shades'), 'base64');
  for (let row = 0; row < tileSize; row++)
    pixels.set(shades.subarray(row * tileSize, (row + 1) * tileSize), (place.row + row) * width + place.column);
  return answer;
}

/**
 * Renders a Mandelbrot picture in tiles, `parallel` invocations at a time, into a PNG file. `onProgress` is called after
 * each tile. Throws CliError (functionError), or what the client throws.
 */
export async function renderPicture(
  client: HeddleClient,
  path: string,
  parallel: number,
  onProgress: (done: number, total: number) => void,
): Promise<PictureResult> {
  const startedAt = performance.now();
  const todo = places();
  const total = todo.length;
  const pixels = new Uint8Array(width * height);
  const answers: InvokeAnswer[] = [];
  let retries = 0;
  const onRetry = (): void => void (retries += 1);
  const work = async (): Promise<void> => {
    for (let place = todo.shift(); place !== undefined; place = todo.shift()) {
      answers.push(await renderTile(client, place, pixels, onRetry));
      onProgress(answers.length, total);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  const tookMs = performance.now() - startedAt;
  writeFileSync(path, encodePng(width, height, pixels, palette));
  return {
    path,
    tiles: total,
    parallel,
    tookMs,
    retries,
    instances: new Set(answers.map((answer) => answer.instance)).size,
    containers: new Set(answers.map((answer) => answer.container)).size,
    slowestStartMs: Math.max(...answers.map((answer) => answer.startMs)),
  };
}
