import { crc32 } from 'node:zlib';

/** How often a function may run in one chain of requests, as AWS Lambda has it: the next time is a loop. */
export const loopsMax = 16;
/** Functions that a chain may run without coming back to the one that is counted: then another is. */
const othersMax = 32;
/** What still runs, in all, of a chain that was stopped: who is told of it may have something to do. */
const stoppedLoopsMax = 32;
/** `LOOPS:FUNCTION:OTHERS`. */
export type Lineage = `${number}:${string}:${number}`;

/** Nobody's: whoever runs next is counted from then on. */
const forgotten: Lineage = `0:00000000:${othersMax}`;

const pattern = /(?:^|;)\s*Lineage=(\d{1,5}):([0-9a-f]{8}):(\d{1,3})(?=;|$)/;

/**
 * The lineage in a tracing header (`X-Amzn-Trace-Id`, `AWSTraceHeader` of a message), by which AWS Lambda finds loops: `LOOPS:FUNCTION:OTHERS`. AWS's SDKs
 * send the header that their function runs with along with whatever they ask for, and queues hand it on. What AWS does with it is not documented; here one
 * function of a chain is counted: how often it ran (LOOPS), and what ran since (OTHERS). What does not come back for long is forgotten for another, so that a
 * loop is found wherever it begins. Undefined where there is none, or it is malformed.
 */
export function lineageIn(header: string | undefined): Lineage | undefined {
  const [, loops, hash, others] = header?.includes('Lineage=') === true ? (pattern.exec(header) ?? []) : [];
  return loops === undefined ? undefined : `${Number(loops)}:${hash}:${Number(others)}`;
}

/** A tracing header with this lineage. */
export function withLineage(header: string, lineage: Lineage): string {
  const others = header.split(';').filter((part) => !part.trim().startsWith('Lineage='));
  return [...others, `Lineage=${lineage}`].join(';');
}

/** The lineage of what a function does that runs now, or that running it would go on with a loop. */
export function nextLineage(
  given: Lineage | undefined,
  fn: { readonly account: string; readonly name: string },
): Lineage | 'loop' {
  const hash = crc32(`${fn.account}:${fn.name}`).toString(16).padStart(8, '0');
  if (given === undefined) return `1:${hash}:0`;
  const [loops, of, others] = partsOf(given);
  if (loops > loopsMax) return loops >= stoppedLoopsMax ? 'loop' : `${loops + 1}:${of}:${others}`;
  if (of === hash) return loops >= loopsMax ? 'loop' : `${loops + 1}:${of}:0`;
  return others >= othersMax ? `1:${hash}:0` : `${loops}:${of}:${others + 1}`;
}

/** The same of a function that may go on with loops: it is counted no longer. */
export function allowedLineage(given: Lineage | undefined, fn: Parameters<typeof nextLineage>[1]): Lineage {
  const next = nextLineage(given, fn);
  return next === 'loop' ? forgotten : next;
}

/**
 * The lineage of what is told to a function because its chain was stopped; undefined where nothing more is to run. It may be a part of the loop, and what
 * it does, too: whatever runs from here on counts.
 */
export function stoppedLineage(given: Lineage): Lineage | undefined {
  const [loops, of, others] = partsOf(given);
  const next = Math.max(loops, loopsMax) + 1;
  return next > stoppedLoopsMax ? undefined : `${next}:${of}:${others}`;
}

/** Of several things that one invocation comes from: that of what came the longest way. */
export function deepest(headers: readonly (string | undefined)[]): Lineage | undefined {
  let most: Lineage | undefined;
  for (const header of headers) {
    const lineage = lineageIn(header);
    if (lineage !== undefined && (most === undefined || isDeeper(lineage, most))) most = lineage;
  }
  return most;
}

function isDeeper(one: Lineage, other: Lineage): boolean {
  const [loops, , others] = partsOf(one);
  const [otherLoops, , otherOthers] = partsOf(other);
  return loops === otherLoops ? others > otherOthers : loops > otherLoops;
}

function partsOf(lineage: Lineage): readonly [loops: number, hash: string, others: number] {
  const [loops, hash = '', others] = lineage.split(':');
  return [Number(loops), hash, Number(others)];
}
