import type { Answer } from '../model/effect.ts';
import { type Atom, data, join, type Value } from '../values/value.ts';
import {
  argumentsOn,
  type Described,
  type Draft,
  factsOf,
  inputMember,
  type Manner,
  pathOf,
  textsIn,
  unknownDraft,
  withMarks,
} from './draft.ts';
import { hostsIn, leavesFor } from './hosts.ts';
import { sqlManners } from './sql.ts';
import { clientPackages, sqlPackages } from './tables/databases.ts';

type Outside = Extract<Atom, { kind: 'outside' }>;

/** Where a client connects, by what it was made with. */
function leavesOf(atom: Outside): Answer {
  if (['better-sqlite3', 'sqlite', 'sqlite3'].includes(atom.name)) return 'no';
  const hosts = argumentsOn(atom).flatMap((value) => value.flatMap((each) => hostsOfSetting([each])));
  const answers = new Set(hosts.map(leavesFor));
  const [only = 'unknown'] = answers;
  return answers.size === 1 ? only : 'unknown';
}

function hostsOfSetting(value: Value): readonly (string | undefined)[] {
  const [atom] = value;
  if (atom?.kind === 'constant' || atom?.kind === 'text') {
    const hosts = hostsIn(value);
    return hosts.some((host) => host !== undefined) ? hosts : [];
  }
  if (atom?.kind !== 'object') return [];
  const named = ['host', 'hostname', 'server']
    .map((name) => inputMember(value, name))
    .find(({ given }) => given !== 'no');
  if (named !== undefined && named.value.length > 0) return textsIn(named.value);
  const url = ['connectionString', 'url', 'uri', 'datasourceUrl']
    .map((name) => inputMember(value, name))
    .find(({ given }) => given !== 'no');
  if (url !== undefined && url.value.length > 0) return hostsIn(url.value);
  const socket = inputMember(value, 'socket');
  return socket.value.length > 0 ? hostsOfSetting(socket.value) : [];
}

function sqlDrafts(text: Value, written: readonly Value[], leaves: Answer): readonly Draft[] {
  return sqlManners(text).flatMap(({ manner, words }): readonly Draft[] => {
    if (manner === 'none') return [];
    const facts = factsOf(manner, leaves);
    const what =
      manner === 'read' ? 'sql read' : manner === 'unknown' && facts.access === 'unknown' ? 'sql ?' : 'sql write';
    const judged =
      manner === 'overwrite' || manner === 'guarded' ? withMarks(facts, words, join(...written)) : { facts, words };
    return [{ what, words: judged.words, ...judged.facts }];
  });
}

/** `query('…')`, `query({ text })`, `` sql`…` ``. */
function textOfQuery(value: Value = []): Value {
  return join(
    ...value.map((atom): Value =>
      atom.kind === 'object' ? join(inputMember([atom], 'text').value, inputMember([atom], 'sql').value) : [atom],
    ),
  );
}

const running = new Set(['run', 'get', 'all', 'iterate', 'execute', 'each']);

/** A call to something of a package that is given SQL. */
export function describeSql(atom: Outside, args: readonly Value[]): Described {
  const table = sqlPackages[atom.name] ?? { query: '', prepare: '', neutral: '' };
  const path = pathOf(atom);
  const name = path.split('.').at(-1) ?? '';
  const lists = (list: string): boolean => list.split(' ').includes(name);
  const prepared = atom.links.findLastIndex(
    (link) => link.kind === 'member' && table.prepare !== '' && link.name === table.prepare,
  );
  const link = prepared < 0 ? undefined : atom.links[prepared + 1];
  if (link?.kind === 'call' && running.has(name))
    return {
      effects: sqlDrafts(textOfQuery(link.args[0]), args, leavesOf(atom)),
      gives: data,
      callsBack: [data, data],
    };
  if (lists(table.query) || (table.query.startsWith('()') && path === '()'))
    return {
      effects: sqlDrafts(textOfQuery(args[0]), args.slice(1), leavesOf(atom)),
      gives: data,
      callsBack: [data, data],
    };
  if (path === '' || lists(table.neutral) || name === table.prepare)
    return { effects: [], callsBack: [[atom], [atom]] };
  // What was made is made: `.rows`, `.on`.
  if (!path.includes('()')) return { effects: [] };
  return {
    effects: [
      { ...unknownDraft(`calls ${name} of ${atom.name}, which is not known`, 'sql ?'), leavesMachine: leavesOf(atom) },
    ],
    callsBack: [data, data],
  };
}

/** A call to something of a package whose methods say what they do. */
export function describeClient(atom: Outside, args: readonly Value[]): Described {
  const table = clientPackages[atom.name];
  const path = pathOf(atom);
  const name = path.split('.').at(-1) ?? '';
  if (table === undefined || path === '' || /^[A-Z]/.test(name)) return { effects: [] };
  const within = (list: string): boolean => list.split(' ').includes(name);
  if (within(table.neutral)) return { effects: [], callsBack: [[atom], [atom]] };
  if (table.family === 'prisma' && /^\$(queryRaw|executeRaw)(Unsafe)?$/.test(name))
    return { effects: sqlDrafts(textOfQuery(args[0]), args.slice(1), leavesOf(atom)), gives: data };
  if (name === '$transaction')
    return { effects: [], gives: data, callsBack: [[{ ...atom, links: atom.links.slice(0, -1) }]] };
  const leaves = leavesOf(atom);
  const what = `${table.family} ${name}`;
  const special = specialManner(table.family, name, args);
  const manner = special ?? (['read', 'overwrite', 'remove', 'append'] as const).find((each) => within(table[each]));
  if (manner === undefined)
    return {
      effects: [{ ...unknownDraft(`calls ${name} of ${atom.name}, which is not known`, what), leavesMachine: leaves }],
      callsBack: [data, data],
    };
  const words = `calls ${name} of ${atom.name}${manner === 'overwrite' ? ', which overwrites' : ''}`;
  const facts = factsOf(manner, leaves);
  const judged = manner === 'overwrite' ? withMarks(facts, words, join(...args)) : { facts, words };
  // What is found may be gone on with: `.find().sort()`.
  const goesOn = table.family === 'mongodb' && ['find', 'aggregate'].includes(name);
  return {
    effects: [{ what, words: judged.words, ...judged.facts }],
    ...(!goesOn && { gives: data }),
    callsBack: [data, data],
  };
}

function specialManner(family: string, name: string, args: readonly Value[]): Manner | undefined {
  if (family === 'redis' && name === 'set') {
    const isOnce = args.slice(2).some((arg) => textsIn(arg).includes('NX') || inputMember(arg, 'NX').given === 'yes');
    return isOnce ? 'guarded' : undefined;
  }
  if (/^(update|updateOne|updateMany|findOneAndUpdate|bulkWrite|findByIdAndUpdate)$/.test(name))
    return updateManner(family, name, args);
  return undefined;
}

/** `{ $set: … }` overwrites, `{ $inc: … }` adds; `{ increment: 1 }` does so in Prisma. */
function updateManner(family: string, name: string, args: readonly Value[]): Manner {
  if (name === 'bulkWrite') return 'unknown';
  const change = family === 'prisma' ? inputMember(args[0], 'data').value : (args[1] ?? []);
  const names = change.flatMap((atom) =>
    atom.kind === 'object' && atom.object.rest.length === 0 ? [...atom.object.properties] : [undefined],
  );
  if (names.length === 0 || names.includes(undefined)) return 'unknown';
  const adds = names.some((each) => {
    const [key = '', value = []] = each ?? [];
    if (family !== 'prisma')
      return /^\$(inc|mul|push|addToSet|pop|pull|pullAll|currentDate)$/.test(key) && key !== '$addToSet';
    return value.some(
      (atom) =>
        atom.kind === 'object' &&
        ['increment', 'decrement', 'multiply', 'divide', 'push', 'create'].some((verb) =>
          atom.object.properties.has(verb),
        ),
    );
  });
  return adds ? 'append' : 'overwrite';
}
