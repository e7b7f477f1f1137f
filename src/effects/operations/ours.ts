import { type Atom, data, outside, type Value } from '../values/value.ts';
import { functionDraft } from './aws.ts';
import { type Described, factsOf, mildDraft, pathOf, textsIn, unknownDraft } from './draft.ts';
import { clockDraft } from './platform.ts';

type Outside = Extract<Atom, { kind: 'outside' }>;

const threadDraft = mildDraft('thread', 'runs part of it in a thread');

/** Heddle's own package: what runs in a thread is looked at as part of the function. */
export function describeHeddle(atom: Outside, args: readonly Value[]): Described {
  const path = pathOf(atom);
  const [first = ''] = path.split(/[.(]/);
  const last = path.split('.').at(-1) ?? '';
  if (path === 'spawn') return { effects: [threadDraft], gives: data, callsBack: spread(args[1]) };
  if (path === 'durable') return { effects: [], gives: data, callsBack: [outside('durable')] };
  if (['locks', 'Mutex', 'Semaphore', 'Barrier', 'Latch'].includes(first))
    return {
      effects: path.includes('()') ? [mildDraft('lock', 'waits for others', { deterministic: 'unknown' })] : [],
      ...(path.includes('()') && { gives: data }),
      callsBack: [data],
    };
  if (['Counter', 'Channel', 'Dict'].includes(first)) {
    if (!path.includes('()') || last === 'open') return { effects: [] };
    const isRead = /^(get|has|keys|values|entries|value|size|read)$/.test(last);
    return {
      effects: [
        {
          what: `shared ${last}`,
          words: `${isRead ? 'reads' : 'changes'} what threads share (${first}.${last})`,
          ...factsOf(
            isRead ? 'read' : /^(set|put)$/.test(last) ? 'overwrite' : last === 'delete' ? 'remove' : 'append',
            'no',
          ),
        },
      ],
      gives: data,
      callsBack: [data],
    };
  }
  if (['Pool', 'remote', 'attach', 'Thread'].includes(first))
    return {
      effects: [unknownDraft('runs a module in a thread that only running it would tell', 'thread')],
      gives: data,
      callsBack: [data],
    };
  if (first === 'scope') return { effects: [], gives: data, callsBack: [outside('heddle')] };
  return { effects: [], gives: data, callsBack: [data] };
}

function spread(value: Value = []): readonly Value[] {
  const [atom] = value;
  return atom?.kind === 'object' && atom.object.isList ? [...atom.object.properties.values()] : [data, data, data];
}

/** AWS's SDK for durable functions. */
export function describeDurableSdk(atom: Outside): Described {
  return pathOf(atom) === 'withDurableExecution'
    ? { effects: [], gives: outside('durable entry'), callsBack: [data, outside('durable')] }
    : { effects: [], gives: data, callsBack: [data, data] };
}

/** What a durable function or program is given: `context.step('name', run)`. */
export function describeDurable(atom: Outside, args: readonly Value[]): Described {
  const last = pathOf(atom).split('.').at(-1) ?? '';
  switch (last) {
    case 'step':
    case 'waitForCondition':
      return { effects: [], gives: data, callsBack: [data, data], isStep: true };
    case 'callback':
    case 'waitForCallback':
      return { effects: [], gives: data, callsBack: [data, data], isStep: true };
    case 'invoke':
      return {
        effects: textsIn(args[1] ?? []).map((name) =>
          name === undefined
            ? unknownDraft('calls a function whose name only running it would tell', 'function ?')
            : functionDraft(name),
        ),
        gives: data,
      };
    case 'parallel':
    case 'map':
    case 'runInChildContext':
      return {
        effects: [],
        gives: data,
        callsBack: last === 'map' ? [outside('durable'), data, data] : [outside('durable')],
      };
    default:
      return { effects: [], gives: data, callsBack: [outside('durable')] };
  }
}

/** The second argument of every handler: what is said in it of time changes, all else is the invocation's. */
export function describeContext(atom: Outside, args: readonly Value[]): Described {
  const path = pathOf(atom);
  if (path === 'getRemainingTimeInMillis') return { effects: [clockDraft], gives: data };
  // Of a durable function it is the one of its execution.
  if (['step', 'invoke', 'parallel', 'map', 'runInChildContext', 'waitForCallback', 'waitForCondition'].includes(path))
    return describeDurable(atom, args);
  return { effects: [], gives: data, callsBack: [data] };
}
