import { ExpressionError } from './expression-error.ts';

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const fields: readonly Field[] = [
  { name: 'minutes', min: 0, max: 59 },
  { name: 'hours', min: 0, max: 23 },
  { name: 'day-of-month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ') },
  { name: 'day-of-week', min: 1, max: 7, names: 'SUN MON TUE WED THU FRI SAT'.split(' ') },
  { name: 'year', min: 1970, max: 2199 },
];

/**
 * The six fields that AWS has as croner's seven: its seconds come first, and it knows no start with a step (`1/5`) and no ranges over the end
 * (`FRI-MON`), which become plain ranges. Throws ExpressionError for what AWS does not take.
 */
export function cronPattern(inner: string): string {
  const parts = inner.trim().split(/\s+/);
  if (parts.length !== fields.length)
    throw new ExpressionError(
      `cron(${inner.slice(0, 100)}) has ${parts.length} fields; there should be six: cron(minutes hours day-of-month month day-of-week year).`,
    );
  if ((parts[2] === '?') === (parts[4] === '?'))
    throw new ExpressionError(
      `cron(${inner.slice(0, 100)}) says ${parts[2] === '?' ? 'neither day-of-month nor' : 'both day-of-month and'} day-of-week; exactly one of them should be '?'.`,
    );
  return `0 ${fields.map((field, place) => fieldPattern(field, parts[place] ?? '')).join(' ')}`;
}

/** Whether it runs in every hour, so that no hour of a day is meant. */
export function hasEveryHour(inner: string): boolean {
  return /^(\*|0\/1|\*\/1)$/.test(inner.trim().split(/\s+/)[1] ?? '');
}

/** The minutes of a day, from midnight, at which it runs on the days that it means, in their order. Takes what `cronPattern` took. */
export function minutesOfDay(inner: string): readonly number[] {
  const [minutes = [], hours = []] = fields.slice(0, 2).map((field, place) => {
    const pattern = fieldPattern(field, inner.trim().split(/\s+/)[place] ?? '');
    return [...new Set(pattern.split(',').flatMap((part) => valuesOf(field, part)))].toSorted((a, b) => a - b);
  });
  return hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute));
}

/** All that a part of a plain pattern means. */
function valuesOf({ min, max }: Field, part: string): readonly number[] {
  const [range = '', step = '1'] = part.split('/');
  const [from = min, to = from] = range === '*' ? [min, max] : range.split('-').map(Number);
  const by = Number(step);
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, n) => from + n * by);
}

function fieldPattern(field: Field, text: string): string {
  if (text === '?') return '?';
  const parts = text.split(',');
  if (parts.length > 1 && text.includes('#'))
    throw new ExpressionError(
      `'${text.slice(0, 40)}' has '#' in a list, which this field cannot have; it should be one weekday of a month, such as 3#1.`,
    );
  return parts.map((part) => partPattern(field, part)).join(',');
}

function partPattern(field: Field, part: string): string {
  const wrong = (): ExpressionError =>
    new ExpressionError(
      `'${part.slice(0, 40)}' is no ${field.name}; it should be from ${field.min} to ${field.max}, a range, a step or a list of them.`,
    );
  const special = specialPattern(field, part);
  if (special !== undefined) return special;
  const [, range = '', step] = /^([^/]+)(?:\/(\d{1,4}))?$/.exec(part) ?? [];
  if (range === '' || (step !== undefined && Number(step) < 1)) throw wrong();
  const stepMax = field.max - field.min + 1;
  if (Number(step ?? 1) > stepMax)
    throw new ExpressionError(
      `'${part.slice(0, 40)}' has a step of ${step}, more than there are ${field.name}; it should be from 1 to ${stepMax}.`,
    );
  const by = step === undefined ? '' : `/${Number(step)}`;
  if (range === '*') return `*${by}`;
  const [from, to, more] = range.split('-').map((value) => numberOf(field, value));
  if (from === undefined || more !== undefined || Number.isNaN(from) || Number.isNaN(to)) throw wrong();
  if (to === undefined) return step === undefined ? String(from) : `${from}-${field.max}${by}`;
  if (from <= to) return `${from}-${to}${by}`;
  if (step !== undefined || field.name === 'year') throw wrong();
  return `${from}-${field.max},${field.min}-${to}`;
}

/** The last day, the last such weekday, the n-th such weekday, the weekday nearest to a date. */
function specialPattern(field: Field, part: string): string | undefined {
  if (field.name === 'day-of-month') {
    if (part === 'L' || part === 'LW') return part;
    const day = Number(/^(\d{1,2})W$/.exec(part)?.[1] ?? Number.NaN);
    return day >= 1 && day <= 31 ? `${day}W` : undefined;
  }
  if (field.name !== 'day-of-week') return undefined;
  if (part === 'L') return String(field.max);
  const [, day = '', which = ''] = /^([A-Z]{3}|\d)(L|#[1-5])$/i.exec(part) ?? [];
  const number = numberOf(field, day);
  return day === '' || Number.isNaN(number) ? undefined : `${number}${which.toUpperCase()}`;
}

function numberOf({ names, min, max }: Field, text: string): number {
  const named = names?.indexOf(text.toUpperCase()) ?? -1;
  const number = named >= 0 ? named + min : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return number >= min && number <= max ? number : Number.NaN;
}
