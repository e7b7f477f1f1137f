import { invalidPattern } from './invalid-pattern.ts';

/** How to come to values within a value: names of members, indices of items, and `*` for every item. */
export type Selector = readonly (string | number | { readonly every: true })[];

const step = /\.?(?:\[(?:(\d+)|(\*)|"([^"]*)"|'([^']*)')\]|([\w-]+))/y;

/** Reads `$.a.b[0]["c"]`. Throws InvalidParameterException. */
export function selectorOf(text: string): Selector {
  if (!text.startsWith('$')) throw invalidPattern(`${text} is no selector: those begin with $`);
  const steps: (string | number | { readonly every: true })[] = [];
  step.lastIndex = 1;
  while (step.lastIndex < text.length) {
    const [, index, every, double, single, name] = step.exec(text) ?? [];
    if (step.lastIndex === 0) throw invalidPattern(`${text} is no selector`);
    if (index !== undefined) steps.push(Number(index));
    else if (every !== undefined) steps.push({ every: true });
    else steps.push(double ?? single ?? name ?? '');
  }
  return steps;
}

/** What of a value a selector leads to; nothing where there is nothing. */
export function selected(value: unknown, selector: Selector): readonly unknown[] {
  let values: readonly unknown[] = [value];
  for (const one of selector) values = values.flatMap((each) => within(each, one));
  return values;
}

function within(value: unknown, one: Selector[number]): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (typeof one === 'object') return Array.isArray(value) ? value : [];
  if (typeof one === 'number') return Array.isArray(value) && one < value.length ? [value[one]] : [];
  return Object.hasOwn(value, one) ? [Reflect.get(value, one)] : [];
}
