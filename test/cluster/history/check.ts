import { ways, type Called, type Happening, type Way } from './history.ts';

/** What became of events of one way. */
export interface EventsVerdict {
  readonly submitted: number;
  readonly acknowledged: number;
  readonly unanswered: number;
  readonly refused: number;
  readonly deadLettered: number;
  /** Acknowledged, and neither run nor dead-lettered. */
  readonly lost: readonly string[];
  /** Ran again with a fault between: at least once is what is promised. */
  readonly ranAgain: number;
  /** Ran again though nothing was broken between: no promise is broken by it (a shard that moves on purpose does it), and it should be rare. */
  readonly unexplained: readonly string[];
  /** Submitted once, and taken as two: which run again each by itself, and are told apart by their names. */
  readonly doubled: readonly string[];
}

/** Synchronous invocations, and times of those that were answered, ms. */
export interface CallsVerdict {
  readonly answered: number;
  readonly refused: number;
  readonly broken: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
  /** Neither answered nor refused within {@link answerMsMax}. */
  readonly late: readonly Called[];
  /** Those, and all that were not answered, in order. */
  readonly told: readonly Called[];
}

export interface Verdict {
  readonly events: Readonly<Record<Way, EventsVerdict>>;
  /**
   * Those at hosts that are asked in vain are left out of `during`, and counted; those at hosts that are apart from all others stand by themselves. `before`: in the last moments before each fault, when
   * containers are there.
   */
  readonly calls: Readonly<Record<'before' | 'during' | 'apart' | 'after', CallsVerdict>>;
  readonly inVain: number;
  /** Writes under a lock whose token was not larger than that of an earlier holder, and that the register took. */
  readonly fencingBroken: readonly string[];
  readonly writes: number;
  /** Writes of holders that had lost it, which the register knew by their tokens. */
  readonly fenced: number;
  readonly holders: number;
  /** What cannot be: a run of what nobody submitted, or of what was refused. */
  readonly strange: readonly string[];
}

/** After a fault has ended, what was begun under it may still end by it for so long: visibility time-outs, leases, ms. */
const aftermathMs = 30_000;

/** In which a synchronous invocation is answered or refused whatever has happened, ms; on a machine that has time for it. */
export const answerMsMax = 2_000;
/** What is compared with a fault is what was so shortly before it, ms. */
const shortlyMs = 10_000;

interface Seen {
  readonly way: Way;
  readonly runs: { readonly delivery: string; readonly atMs: number }[];
  acknowledged: boolean;
  end: 'unanswered' | 'refused' | undefined;
  deadLettered: boolean;
}

/** Judges a history that is complete: the cluster is whole again, and has nothing left to do. */
export function check(history: readonly Happening[]): Verdict {
  const seen = new Map<string, Seen>();
  const strange: string[] = [];
  for (const happening of history) note(happening, seen, strange);
  for (const [id, { end, runs }] of seen)
    if (end === 'refused' && runs.length > 0) strange.push(`${id} was refused, and ran`);
  const faults = faultsIn(history);
  const of = (way: Way): EventsVerdict =>
    eventsVerdict(
      [...seen].filter(([, event]) => event.way === way),
      faults,
    );
  const calls = history.filter((each) => each.what === 'called');
  const writes = history.filter((each) => each.what === 'wrote');
  const during = (call: Called): FaultTime | undefined =>
    faults.find(({ fromMs, mendedMs }) => call.beganMs + call.tookMs >= fromMs && call.beganMs <= mendedMs);
  const inVain = calls.filter((call) => during(call)?.dead.includes(call.machine) === true);
  const apart = calls.filter((call) => during(call)?.apart.includes(call.machine) === true);
  const aside = new Set([...inVain, ...apart]);
  const others = calls.filter((call) => !aside.has(call));
  const quiet = others.filter((call) => !during(call));
  const isBefore = ({ beganMs }: Called): boolean =>
    faults.some(({ fromMs }) => beganMs < fromMs && beganMs >= fromMs - shortlyMs);
  const firstMs = faults[0]?.fromMs ?? Number.POSITIVE_INFINITY;
  return {
    events: { async: of('async'), queue: of('queue') },
    calls: {
      before: callsVerdict(quiet.filter(isBefore)),
      during: callsVerdict(others.filter(during)),
      apart: callsVerdict(apart),
      after: callsVerdict(quiet.filter((call) => !isBefore(call) && call.beganMs >= firstMs)),
    },
    inVain: inVain.length,
    fencingBroken: fencing(history),
    writes: writes.length,
    fenced: writes.filter(({ taken }) => !taken).length,
    holders: new Set(writes.map(({ holder }) => holder)).size,
    strange,
  };
}

/** What would have to be empty, as sentences; none where the promises hold. */
export function faultsOf(verdict: Verdict): readonly string[] {
  const broken = verdict.calls.during.broken + verdict.calls.apart.broken;
  const some = (what: string, ids: readonly string[]): readonly string[] =>
    ids.length === 0 ? [] : [`${ids.length} ${what}: ${ids.slice(0, 5).join(', ')}`];
  return [
    ...ways.flatMap((way) => [
      ...some(`acknowledged (${way}) and lost`, verdict.events[way].lost),
      ...some(`submitted once (${way}) and taken as two`, verdict.events[way].doubled),
    ]),
    ...some('writes under a lock that was held twice', verdict.fencingBroken),
    ...verdict.strange.slice(0, 10),
    ...(broken === 0 ? [] : [`${broken} calls at hosts that live got no answer`]),
  ];
}

function note(happening: Happening, seen: Map<string, Seen>, strange: string[]): void {
  if (happening.what === 'submitted') {
    const { way } = happening;
    seen.set(happening.id, { way, runs: [], acknowledged: false, end: undefined, deadLettered: false });
    return;
  }
  if (!('id' in happening)) return;
  const event = seen.get(happening.id);
  if (event === undefined) strange.push(`${happening.id} ${happening.what}, and nobody submitted it`);
  else if (happening.what === 'acknowledged') event.acknowledged = true;
  else if (happening.what === 'dead-lettered') event.deadLettered = true;
  else if (happening.what === 'ran') event.runs.push(happening);
  else event.end = happening.what;
}

interface FaultTime {
  readonly fromMs: number;
  /** When it was mended, and when what was begun under it has ended. */
  readonly mendedMs: number;
  readonly toMs: number;
  readonly dead: readonly number[];
  readonly apart: readonly number[];
}

function faultsIn(history: readonly Happening[]): readonly FaultTime[] {
  const times: FaultTime[] = [];
  let began: Extract<Happening, { readonly what: 'fault-began' }> | undefined;
  const end = (mendedMs: number): void => {
    if (began === undefined) return;
    times.push({ fromMs: began.atMs, mendedMs, toMs: mendedMs + aftermathMs, dead: began.dead, apart: began.apart });
    began = undefined;
  };
  for (const happening of history)
    if (happening.what === 'fault-began') began = happening;
    else if (happening.what === 'fault-ended') end(happening.atMs);
  end(Number.POSITIVE_INFINITY);
  return times;
}

function eventsVerdict(events: readonly (readonly [string, Seen])[], faults: readonly FaultTime[]): EventsVerdict {
  const count = (is: (event: Seen) => boolean): number => events.filter(([, event]) => is(event)).length;
  let ranAgain = 0;
  const unexplained: string[] = [];
  for (const [id, { runs }] of events)
    runs.slice(1).forEach((run, n) => {
      const before = runs[n]?.atMs ?? 0;
      if (faults.some(({ fromMs, toMs }) => run.atMs >= fromMs && before <= toMs)) ranAgain += 1;
      else unexplained.push(id);
    });
  return {
    submitted: events.length,
    acknowledged: count(({ acknowledged }) => acknowledged),
    unanswered: count(({ end }) => end === 'unanswered'),
    refused: count(({ end }) => end === 'refused'),
    deadLettered: count(({ deadLettered }) => deadLettered),
    lost: events
      .filter(([, { acknowledged, runs, deadLettered }]) => acknowledged && runs.length === 0 && !deadLettered)
      .map(([id]) => id),
    ranAgain,
    unexplained,
    doubled: events.filter(([, { runs }]) => new Set(runs.map(({ delivery }) => delivery)).size > 1).map(([id]) => id),
  };
}

function callsVerdict(calls: readonly Called[]): CallsVerdict {
  const count = (outcome: Called['outcome']): number => calls.filter((call) => call.outcome === outcome).length;
  const answered = calls.filter(({ outcome }) => outcome === 'answered');
  const times = answered.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  return {
    answered: answered.length,
    refused: count('refused'),
    broken: count('broken'),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    slowestMs: times.at(-1) ?? 0,
    late: calls.filter(({ tookMs }) => tookMs > answerMsMax),
    told: calls.filter(({ outcome, tookMs }) => outcome !== 'answered' || tookMs > answerMsMax),
  };
}

/** A holder that comes later has a larger token: what an earlier one writes after it is not to be taken. */
function fencing(history: readonly Happening[]): readonly string[] {
  const newest = new Map<string, { readonly token: bigint; readonly holder: string }>();
  const broken: string[] = [];
  for (const happening of history) {
    if (happening.what !== 'wrote' || !happening.taken) continue;
    const { lock, token, holder } = happening;
    const before = newest.get(lock);
    if (before !== undefined && token === before.token && holder !== before.holder)
      broken.push(`${lock}: ${holder} and ${before.holder} have the token ${token}`);
    else if (before !== undefined && token < before.token)
      broken.push(`${lock}: ${holder} wrote with ${token} after ${before.holder} with ${before.token}`);
    if (before === undefined || token > before.token) newest.set(lock, { token, holder });
  }
  return broken;
}
