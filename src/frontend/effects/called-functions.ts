import type { Known } from '../../effects/graph/called.ts';
import { servingVersion } from '../../model/functions/function-record.ts';
import { latestVersion, type FunctionVersion } from '../../model/functions/function.ts';
import { ApiError } from '../../api/errors.ts';
import { functionRef } from '../../api/function-ref.ts';
import type { FrontendOptions } from '../context.ts';
import { resolveFunction } from '../lambda/find-function.ts';
import { UrlBook } from '../urls/url-book.ts';

/** What is asked for what functions do. */
export type EffectOptions = Pick<FrontendOptions, 'store' | 'events' | 'effects' | 'settings'>;
type Options = EffectOptions;

/** As many event source mappings as an account may have. */
const mappingsMax = 1_000;
/** Functions that take from one queue. */
const consumersMax = 20;

async function versionOf(
  { store, settings }: Options,
  account: string,
  name: string,
  qualifier: string | undefined,
): Promise<FunctionVersion | undefined> {
  try {
    const ref = functionRef(name, { account, region: settings.region }, qualifier);
    // What another account's function does is that one's.
    return ref.account === account ? servingVersion((await resolveFunction(store, ref)).record) : undefined;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** What a name in code leads to: a function, a URL's function, or those that take from a queue. */
async function versionsBy(options: Options, account: string, name: string): Promise<readonly FunctionVersion[]> {
  const [kind = '', rest] = name.split(':');
  let names: readonly (readonly [string, string | undefined])[] = [[name, undefined]];
  if (kind === 'url' && rest !== undefined) {
    const found = new UrlBook(options.store.settings).find(rest);
    names = found === undefined || found.account !== account ? [] : [[found.name, found.qualifier || undefined]];
  } else if (kind === 'queue' && rest !== undefined) names = await consumersOf(options, account, rest);
  const versions = await Promise.all(names.map(([each, qualifier]) => versionOf(options, account, each, qualifier)));
  return versions.filter((version) => version !== undefined);
}

async function consumersOf(
  { events }: Options,
  account: string,
  queue: string,
): Promise<readonly (readonly [string, string | undefined])[]> {
  const later = events.find(account)?.durable;
  if (later?.used !== true) return [];
  const mappings = await later.parts.sources.list({ account, limit: mappingsMax }, 'process');
  return mappings
    .filter(
      ({ sourceArn, enabled }) => enabled && sourceArn.startsWith('arn:aws:sqs:') && sourceArn.endsWith(`:${queue}`),
    )
    .slice(0, consumersMax)
    .map(({ functionName, qualifier }) => [functionName, qualifier]);
}

/** How a function is known in reasons. */
export function shownName({ name, version }: FunctionVersion): string {
  return version === latestVersion ? name : `${name}:${version}`;
}

/** Finds reports by the names that code calls functions by. `making`: those that are not kept are made. */
export function calledFunctions(
  options: Options,
  account: string,
  making: boolean,
): (name: string) => Promise<readonly Known[]> {
  const { effects } = options;
  return async (name) => {
    if (effects === undefined) return [];
    const found: Known[] = [];
    for (const version of await versionsBy(options, account, name)) {
      const report = making ? await effects.make(version) : await effects.find(version);
      if (report !== undefined) found.push({ name: shownName(version), report });
    }
    return found;
  };
}
