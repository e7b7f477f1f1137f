import { kinds, type Happening, type Kind, type Ran } from './history.ts';

/** What a run of an event that had run before comes from. */
export type Why =
  /** It ran when the service died, or its end was not written yet: the next one does it again. */
  | 'death while it ran'
  /** Its schedule had delivered it, and the service died before that was written: it was delivered once more. */
  | 'death while it was delivered'
  /** It had failed, as it was told to. */
  | 'retry'
  /** It took longer than it may, and was begun again. */
  | 'too slow';

/** A run beyond an event's first. `death`: the life that ended between. */
export interface Again {
  readonly id: string;
  readonly why: Why;
  readonly death?: number;
}

/** What is found of events of one kind. */
export interface KindVerdict {
  readonly submitted: number;
  readonly acknowledged: number;
  readonly executed: number;
  readonly deadLettered: number;
  /** Acknowledged, and neither executed nor dead-lettered. */
  readonly lost: readonly string[];
  /** Nobody was told that the service had them; so many of them ran. */
  readonly unanswered: number;
  readonly unansweredButRan: number;
  readonly again: readonly Again[];
  /** Ran again for no reason that is known. */
  readonly unexplained: readonly string[];
  /** Should have failed until they were dead-lettered, and were not. */
  readonly poisonNotDeadLettered: readonly string[];
}

export interface Verdict {
  readonly deaths: number;
  readonly kinds: Readonly<Record<Kind, KindVerdict>>;
  /** What cannot be: a run of an event that nobody submitted, a process that outlived its service. */
  readonly strange: readonly string[];
}

/** How long an event of a kind may run before it is begun again, ms. */
export type PatienceMs = Readonly<Record<Kind, number>>;

interface Seen {
  readonly kind: Kind;
  readonly atMs: number;
  acknowledged: boolean;
  unanswered: boolean;
  refused: boolean;
  deadLettered: boolean;
  readonly runs: Ran[];
}

const nothingYet = (): Pick<Seen, 'acknowledged' | 'unanswered' | 'refused' | 'deadLettered'> => {
  return { acknowledged: false, unanswered: false, refused: false, deadLettered: false };
};

/** Judges a history that is complete: the service has nothing left to do. */
export function check(history: readonly Happening[], patienceMs: PatienceMs): Verdict {
  const events = new Map<string, Seen>();
  const deaths: { readonly life: number; readonly atMs: number }[] = [];
  const strange: string[] = [];
  const lifeOf = new Map<string, number>();
  for (const happening of history) {
    if (happening.what === 'killed') {
      deaths.push(happening);
      continue;
    }
    const { id } = happening;
    if (happening.what === 'submitted') {
      const { kind, atMs } = happening;
      events.set(id, { kind, atMs, ...nothingYet(), runs: [] });
      continue;
    }
    const event = events.get(id);
    if (event === undefined) strange.push(`${id} ${happening.what}, and nobody submitted it`);
    else if (happening.what === 'acknowledged') event.acknowledged = true;
    else if (happening.what === 'unanswered') event.unanswered = true;
    else if (happening.what === 'refused') event.refused = true;
    else if (happening.what === 'dead-lettered') event.deadLettered = true;
    else {
      event.runs.push(happening);
      const life = lifeOf.get(happening.container) ?? happening.life;
      lifeOf.set(happening.container, life);
      if (life !== happening.life) strange.push(`${id} ran in a process of life ${life} during life ${happening.life}`);
    }
  }
  for (const [id, { refused, runs }] of events)
    if (refused && runs.length > 0) strange.push(`${id} was refused, and ran`);
  const of = (kind: Kind): KindVerdict => verdictOf(events, kind, deaths, patienceMs[kind]);
  const [async, queue, schedule] = [of('async'), of('queue'), of('schedule')];
  return { deaths: deaths.length, kinds: { async, queue, schedule }, strange };
}

/** What would have to be empty, as sentences; none where the proof holds. */
export function faultsOf(verdict: Verdict): readonly string[] {
  const some = (what: string, ids: readonly string[]): readonly string[] =>
    ids.length === 0 ? [] : [`${ids.length} ${what}: ${ids.slice(0, 5).join(', ')}`];
  return [
    ...kinds.flatMap((kind) => {
      const { lost, unexplained, poisonNotDeadLettered } = verdict.kinds[kind];
      return [
        ...some(`acknowledged (${kind}) and lost`, lost),
        ...some(`ran again (${kind}), and nothing explains it`, unexplained),
        ...some(`failed to the end (${kind}), and not dead-lettered`, poisonNotDeadLettered),
      ];
    }),
    ...verdict.strange.slice(0, 10),
  ];
}

function verdictOf(
  events: ReadonlyMap<string, Seen>,
  kind: Kind,
  deaths: readonly { readonly life: number; readonly atMs: number }[],
  patienceMs: number,
): KindVerdict {
  const all = [...events].filter(([, event]) => event.kind === kind);
  const acknowledged = all.filter(([, event]) => event.acknowledged);
  const unanswered = all.filter(([, event]) => event.unanswered);
  const again: Again[] = [];
  const unexplained: string[] = [];
  for (const [id, event] of all)
    for (const why of runsAgain(event, deaths, patienceMs))
      if (why === undefined) unexplained.push(id);
      else again.push({ id, ...why });
  const ids = (some: readonly (readonly [string, Seen])[]): readonly string[] => some.map(([id]) => id);
  return {
    submitted: all.length,
    acknowledged: acknowledged.length,
    executed: acknowledged.filter(([, { runs }]) => runs.length > 0).length,
    deadLettered: acknowledged.filter(([, { deadLettered }]) => deadLettered).length,
    lost: ids(acknowledged.filter(([, { runs, deadLettered }]) => runs.length === 0 && !deadLettered)),
    unanswered: unanswered.length,
    unansweredButRan: unanswered.filter(([, { runs }]) => runs.length > 0).length,
    again,
    unexplained,
    poisonNotDeadLettered: ids(all.filter(([, { runs, deadLettered }]) => runs[0]?.fails === true && !deadLettered)),
  };
}

/** Why an event ran once more, for each run but its first; undefined where nothing explains it. */
function runsAgain(
  { kind, atMs, runs }: Seen,
  deaths: readonly { readonly life: number; readonly atMs: number }[],
  patienceMs: number,
): readonly (Omit<Again, 'id'> | undefined)[] {
  /** Each death explains one more delivery of a schedule's occurrence. */
  const free = deaths.filter((death) => death.atMs >= atMs);
  return runs.slice(1).map((run, n) => {
    const earlier = runs.slice(0, n + 1).filter(({ delivery }) => delivery === run.delivery);
    const before = earlier.at(-1);
    if (before === undefined) {
      const at = kind === 'schedule' ? free.findLastIndex((death) => death.atMs <= run.atMs) : -1;
      const [death] = at === -1 ? [] : free.splice(at, 1);
      return death && { why: 'death while it was delivered', death: death.life };
    }
    if (before.life < run.life) return { why: 'death while it ran', death: before.life };
    if (before.fails) return { why: 'retry' };
    return run.atMs - before.atMs >= patienceMs ? { why: 'too slow' } : undefined;
  });
}
