import type { Declarations, Declared } from '../facts/declarations.ts';
import { type Atom, data, marked, marks, outside, type Value } from '../values/value.ts';
import { describeAws, describeAwsHelper, functionNamed, serviceOf } from './aws.ts';
import { describeOldAws } from './old-aws.ts';
import { describeClient, describeSql } from './databases.ts';
import { type Described, type Draft, mildDraft, pathOf, unknownDraft } from './draft.ts';
import { hostMatches } from './hosts.ts';
import { describeHttpClient } from './http.ts';
import { describeContext, describeDurable, describeDurableSdk, describeHeddle } from './ours.ts';
import { clockDraft, describePlatform, randomDraft } from './platform.ts';
import type { Treatment } from '../packages/packages.ts';
import { clientPackages, sqlPackages } from './tables/databases.ts';
import { httpPackages, pureModules, purePackages, sourcePackages } from './tables/packages.ts';

type Outside = Extract<Atom, { kind: 'outside' }>;

const ours = new Set([
  'global',
  'heddle',
  'durable',
  'durable entry',
  'context',
  'pure',
  '@aws/durable-execution-sdk-js',
  'aws-sdk',
]);
const modules = new Set([
  ...[
    'fs',
    'http',
    'https',
    'http2',
    'crypto',
    'timers',
    'perf_hooks',
    'process',
    'child_process',
    'net',
    'tls',
    'dgram',
    'dns',
    'worker_threads',
    'cluster',
    'vm',
    'inspector',
    'wasi',
    'repl',
    'module',
  ],
  ...pureModules,
]);

/** By what name something of a package is known that is treated so. */
export function nameAs(name: string, treatment: Treatment | undefined): string {
  if (treatment === undefined || treatment.kind === 'read') return name;
  return treatment.kind !== 'opaque' ? 'pure' : `opaque ${treatment.mild ? 'mild' : 'strong'} ${name} ${treatment.may}`;
}

function opaque({ name }: Outside): Described {
  const [, degree, owner = '', ...may] = name.split(' ');
  const said = `calls ${owner}, which may ${may.join(' ')}`;
  const draft =
    degree === 'mild'
      ? mildDraft(`package ${owner}`, said, { deterministic: 'unknown' })
      : unknownDraft(said, `package ${owner}`);
  return {
    effects: [draft],
    gives: degree === 'mild' ? outside('pure') : [{ kind: 'unknown', why: `came of ${owner}` }],
    callsBack: [data, data, data],
  };
}

/** Whether it is known what a package does, so that its own code need not be looked at. */
export function isKnownPackage(name: string, declarations: Declarations): boolean {
  return (
    Object.hasOwn(declarations.packages, name) ||
    ours.has(name) ||
    modules.has(name) ||
    name.startsWith('@aws-sdk/') ||
    name.startsWith('@smithy/') ||
    [sqlPackages, clientPackages, sourcePackages].some((table) => Object.hasOwn(table, name)) ||
    httpPackages.includes(name) ||
    purePackages.includes(name)
  );
}

function source(atom: Outside): Described {
  const table = sourcePackages[atom.name];
  const path = pathOf(atom);
  const name = path === '' ? '()' : (path.split('.').at(-1) ?? '');
  if (table === undefined || path.includes('()') || (table.calls.length > 0 && !table.calls.includes(name)))
    return { effects: [], gives: data, callsBack: [data] };
  return {
    effects: [table.what === 'clock' ? clockDraft : randomDraft],
    gives: marked(table.what === 'clock' ? marks.clock : marks.random),
  };
}

function byPackage(atom: Outside, args: readonly Value[], declarations: Declarations): Described {
  const { name } = atom;
  const said = Object.hasOwn(declarations.packages, name) ? declarations.packages[name] : undefined;
  if (said !== undefined)
    return {
      effects: [declaredDraft(`package ${name}`, `calls ${name}, of which ${words(said)}`, said)],
      gives: data,
      callsBack: [data, data],
    };
  if (name.startsWith('opaque ')) return opaque(atom);
  if (name !== 'pure' && serviceOf(name) === undefined && pathOf(atom).split('.').includes('?'))
    return {
      effects: [unknownDraft(`calls something of ${name} whose name only running it would tell`)],
      callsBack: [data, data, data],
    };
  const platform = describePlatform(atom, args);
  if (platform !== undefined) return platform;
  if (serviceOf(name) !== undefined) return describeAws(atom, args);
  if (name === '@aws-sdk/lib-storage' || name === '@aws-sdk/s3-request-presigner') return describeAwsHelper(atom);
  if (name === 'aws-sdk') return describeOldAws(atom, args);
  if (Object.hasOwn(sqlPackages, name)) return describeSql(atom, args);
  if (Object.hasOwn(clientPackages, name)) return describeClient(atom, args);
  if (Object.hasOwn(sourcePackages, name)) return source(atom);
  if (httpPackages.includes(name)) return describeHttpClient(atom, args);
  if (name === 'heddle') return describeHeddle(atom, args);
  if (name === '@aws/durable-execution-sdk-js') return describeDurableSdk(atom);
  if (name === 'durable') return describeDurable(atom, args);
  if (name === 'context') return describeContext(atom, args);
  if (
    ['pure', 'durable entry'].includes(name) ||
    purePackages.includes(name) ||
    name.startsWith('@smithy/') ||
    name.startsWith('@aws-sdk/')
  )
    // What it gives may be called again: a function that it has wrapped.
    return { effects: [], gives: outside('pure'), callsBack: [data, data, data] };
  const what = name === 'global' ? `\`${pathOf(atom)}\`, which is not known` : `${name}, of which nothing is known`;
  return {
    effects: [unknownDraft(`calls ${what}`)],
    gives: [{ kind: 'unknown', why: `came of ${name}` }],
    callsBack: [data, data, data],
  };
}

function words({ data: kind }: Declared): string {
  return kind === undefined ? 'its author has said what it does' : `its author has said what it does: ${kind}`;
}

/** What an author says, of something of which nothing else is known. */
function declaredDraft(what: string, said: string, declared: Declared): Draft {
  const draft = { ...unknownDraft(said, what), ...declared.facts };
  return declared.data === undefined ? draft : { ...draft, data: declared.data };
}

function declarationFor({ what, calls }: Draft, declarations: Declarations): Declared | undefined {
  const host = /^http \S+ (\S+)$/.exec(what)?.[1];
  const byHost =
    host === undefined
      ? undefined
      : Object.entries(declarations.hosts).find(([pattern]) => hostMatches(pattern, host))?.[1];
  if (byHost !== undefined) return byHost;
  const name = calls === undefined ? undefined : functionNamed(calls);
  if (name !== undefined && Object.hasOwn(declarations.functions, name)) return declarations.functions[name];
  return Object.entries(declarations.operations).find(([pattern]) =>
    pattern.endsWith('*') ? what.startsWith(pattern.slice(0, -1)) : what === pattern,
  )?.[1];
}

/** What was found, with what is said of it: that counts. Of a function that is spoken for nothing more is asked. */
function withDeclaration(draft: Draft, declarations: Declarations): Draft {
  const said = declarationFor(draft, declarations);
  if (said === undefined) return draft;
  const { calls, ...alone } = draft;
  const isWhole = calls !== undefined && Object.keys(said.facts).length > 0;
  const base = isWhole ? { ...alone, ...unknownDraft(`calls ${calls}, of which ${words(said)}`, draft.what) } : draft;
  return { ...base, ...said.facts, ...(said.data !== undefined && { data: said.data }) };
}

/** What a call to something outside of the code comes to, by the tables, and by what its author says. */
export function describeCall(atom: Outside, args: readonly Value[], declarations: Declarations): Described {
  const described = byPackage(atom, args, declarations);
  return { ...described, effects: described.effects.map((draft) => withDeclaration(draft, declarations)) };
}
