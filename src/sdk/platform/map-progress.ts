import { MapBar } from '../terminal/map-bar.ts';

/** Told of the items of one `map`. */
export interface MapWatch {
  started(): void;
  ended(ok: boolean): void;
  /** No more comes of it. */
  over(): void;
}

let bar: MapBar | undefined;

/**
 * Somebody who wants to be told how far a `map` is, of so many items where that is known: the bar that `heddle run` asks for on a terminal (`HEDDLE_PROGRESS`). A
 * program that is run otherwise decides itself what it writes.
 */
export function watchMap(total: number | undefined): MapWatch | undefined {
  if (process.env['HEDDLE_PROGRESS'] !== '1' || !process.stderr.isTTY) return undefined;
  bar ??= new MapBar(process.stdout, process.stderr);
  return bar.watch(total);
}
