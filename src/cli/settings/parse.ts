import { runtimes } from '../../model/runtimes/configuration.ts';
import { limits } from '../../model/limits.ts';
import type { WarmSetting } from '../../model/functions/settings.ts';

/** What a parser throws: the rest of a sentence that begins with where the value came from, "must be …". */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/** A text that is not empty. */
export function parseText(text: string): string {
  if (text === '') throw new SettingError('must not be empty');
  return text;
}

/** One of the given words. */
export function parseChoice<T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw new SettingError(`must be one of ${choices.join(', ')}`);
    return choice;
  };
}

/** A whole number from `min` to `max`. */
export function parseWhole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new SettingError(`must be a whole number from ${min} to ${max}`);
    return value;
  };
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration with its unit, such as `500ms`, `30s`, `5m` or `1h`; gives milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  const factor = unitMs[match?.[2] ?? ''];
  if (factor === undefined) throw new SettingError('must be a duration with its unit, such as 500ms, 30s, 5m or 1h');
  return Number(match?.[1]) * factor;
}

/** An amount of memory, such as `8192`, `8192M` or `8G`; gives MiB. */
export function parseMemory(text: string): number {
  const match = /^(\d{1,9})([MG]?)i?B?$/i.exec(text);
  const value = Number(match?.[1]) * (match?.[2]?.toUpperCase() === 'G' ? 1_024 : 1);
  if (!(value >= 512)) throw new SettingError('must be an amount of memory of at least 512M, such as 8192M or 8G');
  return value;
}

const warmForm =
  'must be RUNTIME-MEMORY=MIN..MAX, such as nodejs24.x-256=2..8, with xBLANK after it for another number of blank ' +
  'containers in each instance, such as nodejs24.x-256=2..8x4';

function parseWarmItem(text: string): WarmSetting {
  const match = /^(.+)-(\d+)=(\d+)(?:\.\.(\d+))?(?:x(\d+))?$/.exec(text.trim());
  const runtime = runtimes.find((name) => name === match?.[1]);
  if (match === null || runtime === undefined)
    throw new SettingError(`${warmForm}; runtimes are ${runtimes.join(', ')}`);
  const memoryMb = Number(match[2]);
  const { functionMemoryMbMax, functionMemoryMbMin } = limits;
  if (memoryMb < functionMemoryMbMin || memoryMb > functionMemoryMbMax)
    throw new SettingError(`${warmForm}; MEMORY is from ${functionMemoryMbMin} to ${functionMemoryMbMax}`);
  const min = Number(match[3]);
  const max = Number(match[4] ?? match[3]);
  if (max < min || max > 1_000) throw new SettingError(`${warmForm}; MAX is from MIN to 1000`);
  return { runtime, memoryMb, min, max, ...(match[5] === undefined ? {} : { blanks: blanksOf(match[5]) }) };
}

function blanksOf(digits: string): number {
  const { containersPerInstanceMax } = limits;
  const blanks = Number(digits);
  if (blanks >= 1 && blanks <= containersPerInstanceMax) return blanks;
  throw new SettingError(
    `${warmForm}; BLANK is from 1 to the ${containersPerInstanceMax} that every instance can hold`,
  );
}

/** What is kept warm: `nodejs24.x-256=2..8`, or `…=2..8x4` with four blank containers each; several with commas, or `none`. */
export function parseWarm(text: string): readonly WarmSetting[] {
  if (text === 'none') return [];
  const items = text.split(',').map(parseWarmItem);
  const keys = items.map(({ runtime, memoryMb }) => `${runtime}-${memoryMb}`);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new SettingError(`must name each configuration once, and names ${twice} twice`);
  return items;
}
