import type { Verdicts } from '../../effects/characteristics/characteristics.ts';
import type { Report } from '../../effects/model/effect.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { calledFunctions, type EffectOptions } from './called-functions.ts';

type Options = EffectOptions;

/** What a function does, by its own code and through what it calls. */
export interface Assessment {
  readonly report: Report;
  readonly verdicts: Verdicts;
}

/** What is said of a report of a function. What is needed for it is loaded when it is first asked for. */
export async function assess(
  options: Options,
  account: string,
  name: string,
  report: Report,
  making = true,
): Promise<Assessment> {
  const [{ callGraph }, { verdictsOf }] = await Promise.all([
    import('../../effects/graph/called.ts'),
    import('../../effects/characteristics/characteristics.ts'),
  ]);
  const graph = await callGraph(report, calledFunctions(options, account, making));
  return { report, verdicts: verdictsOf(name, report, graph) };
}

/** As many event source mappings as an account may have. */
const mappingsMax = 1_000;
/** Schedules that are looked through for those of one function. */
const schedulesMax = 1_000;

/** Who calls a function again when it has failed, without anybody who waits for it having a say: for people. */
export async function retriedBy(
  { store, events }: Options,
  { account, name }: Pick<FunctionVersion, 'account' | 'name'>,
): Promise<readonly string[]> {
  const [record, { eventInvokeKind }] = await Promise.all([
    store.functions.get(account, name),
    import('../../events/async/rules.ts'),
  ]);
  const isSaid =
    store.settings.list(account, name, eventInvokeKind).length > 0 ||
    Object.keys(record?.tags ?? {}).some((tag) => tag.startsWith('heddle:event-'));
  const own = isSaid ? ['what is set for its events'] : [];
  const later = events.find(account)?.durable;
  if (later?.used !== true) return own;
  const { sources, schedules } = later.parts;
  const [mappings, planned] = await Promise.all([
    sources.list({ account, functionName: name, limit: mappingsMax }, 'process'),
    schedules.list({ account, limit: schedulesMax }, 'process'),
  ]);
  const isOfFunction = (arn: string): boolean => arn.split(':function:')[1]?.split(':')[0] === name;
  return [
    ...own,
    ...mappings.filter(({ enabled }) => enabled).map(({ sourceArn }) => `the source ${sourceArn.split(':').at(-1)}`),
    ...planned
      .filter(({ record: { target } }) => isOfFunction(target.arn))
      .map(({ record: schedule }) => `the schedule ${schedule.name}`),
  ];
}
