import { blankKinds, type Blanks, type BlankKind } from '../../model/runtimes/configuration.ts';

/** A function that somebody may call, and what is known of that. Times in milliseconds since the Unix epoch. */
export interface KnownFunction {
  readonly account: string;
  readonly name: string;
  readonly version: string;
  /** The blank containers that it needs. */
  readonly kind: BlankKind;
  readonly memoryMb: number;
  /** When it was created or last changed. */
  readonly deployedAt: number;
  /** When it was last called; undefined while it was not since it was deployed. */
  readonly usedAt?: number | undefined;
}

/** Who deploys something calls it within so long, or somebody else does one day. */
const deployedMs = 120_000; // 2 min
/** Of what was called before a restart, so many are expected back first, within so long after it. */
const restartedCount = 8;
const restartedMs = 120_000; // 2 min
/** A kind whose functions nobody called or changed for so long is not kept ready. */
const forgottenMs = 86_400_000; // 1 d
/** One call after another each take a blank container; more than so many at once are made while they run. */
export const dueMax = 8;

/**
 * Which functions' first calls are due, so that each should find a blank container of its own: those just deployed and not called
 * yet, and after a restart those last called before it. Pure. `startedAt`: of the service.
 */
export function dueFunctions(functions: readonly KnownFunction[], now: number, startedAt: number): KnownFunction[] {
  const deployed = functions.filter((fn) => (fn.usedAt ?? 0) < fn.deployedAt && now - fn.deployedAt < deployedMs);
  if (now - startedAt >= restartedMs) return deployed;
  const before = functions.filter(({ usedAt }) => usedAt !== undefined && usedAt < startedAt);
  const last = before.toSorted((a, b) => (b.usedAt ?? 0) - (a.usedAt ?? 0)).slice(0, restartedCount);
  return [...deployed, ...last];
}

/**
 * How many blank containers of each kind one account's functions should find: `basis` in any case, one for each kind that it
 * uses, one for each function whose first call is due. Pure.
 */
export function blanksForAccount(
  functions: readonly KnownFunction[],
  due: readonly KnownFunction[],
  now: number,
  basis: Blanks,
): Blanks {
  const blanks: Partial<Record<BlankKind, number>> = { ...basis };
  for (const kind of blankKinds) {
    const known = functions.some((fn) => fn.kind === kind && now - (fn.usedAt ?? fn.deployedAt) < forgottenMs);
    const dueCount = Math.min(dueMax, due.filter((fn) => fn.kind === kind).length);
    const wanted = Math.max(basis[kind] ?? 0, known ? 1 : 0, dueCount);
    if (wanted > 0) blanks[kind] = wanted;
  }
  return blanks;
}

/** Memory that an account's functions find, MiB. */
export interface Rooms {
  /** What the containers of each of its instances may still be given. */
  readonly ownMb: readonly number[];
  /** The same of a new instance, and of all instances together. */
  readonly instanceMb: number;
  readonly totalMb: number;
}

/** Where the first calls of an account's functions will go. */
export interface DuePlaces {
  /** Into instances that it has. */
  readonly own: readonly KnownFunction[];
  /** Into each of those that it is about to take. */
  readonly taken: readonly (readonly KnownFunction[])[];
}

/**
 * Where the functions whose first call is due will go: each, in the order given, into the first instance that has room for it (first fit), as many of them
 * as can be there together; the others, for which something has to give way, into the first. Pure.
 */
export function placesDue(due: readonly KnownFunction[], { ownMb, instanceMb, totalMb }: Rooms): DuePlaces {
  const rooms = ownMb.map((mb) => ({ mb, functions: [] as KnownFunction[] }));
  let leftMb = totalMb;
  for (const fn of due) {
    if (fn.memoryMb > Math.min(instanceMb, totalMb)) continue;
    if (fn.memoryMb > leftMb) {
      rooms[0]?.functions.push(fn);
      continue;
    }
    leftMb -= fn.memoryMb;
    let room = rooms.find(({ mb }) => mb >= fn.memoryMb);
    if (room === undefined) rooms.push((room = { mb: instanceMb, functions: [] }));
    room.mb -= fn.memoryMb;
    room.functions.push(fn);
  }
  const lists = rooms.map(({ functions }) => functions);
  return { own: lists.slice(0, ownMb.length).flat(), taken: lists.slice(ownMb.length) };
}

/** The most of each kind that any of several accounts should find: what a warm instance, which may become any of theirs, holds. */
export function mostOf(all: Iterable<Blanks>): Blanks {
  const most: Partial<Record<BlankKind, number>> = {};
  for (const blanks of all)
    for (const kind of blankKinds) {
      const count = Math.max(most[kind] ?? 0, blanks[kind] ?? 0);
      if (count > 0) most[kind] = count;
    }
  return most;
}
