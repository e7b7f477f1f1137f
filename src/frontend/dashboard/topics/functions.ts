import type { FunctionRow } from '../../../model/dashboard/functions.ts';
import { servingVersion, type FunctionRecord } from '../../../model/functions/function-record.ts';
import type { FrontendOptions } from '../../context.ts';
import { joinedFunctions, joining } from '../over-hosts/join.ts';
import type { Topic } from '../topic.ts';

/** More are found by `heddle functions`. */
const functionsMax = 1_000;

/** The account's functions, a FunctionRow each; or behind the colon the name of one. */
export function openFunctions(options: FrontendOptions): Topic {
  const { store } = options;
  return {
    name: 'functions',
    ofOne: true,
    everyMs: 500,
    over: { at: 'hosts', join: joining('codeBytes', joinedFunctions) },
    async rows({ account }, name) {
      const records =
        name === '' ? await store.functions.list(account, '', functionsMax) : await only(options, account, name);
      const rows = await Promise.all(records.map((record) => rowOf(options, record)));
      return new Map(rows.map((row) => [row.name, row]));
    },
  };
}

async function only({ store }: FrontendOptions, account: string, name: string): Promise<readonly FunctionRecord[]> {
  const found = await store.functions.get(account, name);
  return found === undefined ? [] : [found];
}

async function rowOf(options: FrontendOptions, record: FunctionRecord): Promise<FunctionRow> {
  const { latest } = record;
  const { account, name, description, runtime, memoryMb, timeoutMs, codeBytes, modifiedAt } = latest;
  const versions = await options.store.versions.list(account, name, 0, functionsMax);
  const calls = options.activity?.sums(account, name);
  return {
    ...{ name, description, runtime, memoryMb, timeoutMs, codeBytes, modifiedAt, versions: versions.length },
    ...stateOf(record),
    ...(latest.durable !== undefined && { durable: true }),
    ...readyOf(options, record),
    ...(calls !== undefined && { calls }),
  };
}

function stateOf({ state, update }: FunctionRecord): Pick<FunctionRow, 'state' | 'why'> {
  if (state.status !== 'Active') return { state: state.status, why: state.reason };
  if (update.status === 'Successful') return { state: 'Active' };
  return { state: update.status === 'InProgress' ? 'Updating' : 'Update failed', why: update.reason };
}

function readyOf(
  { workerManager }: FrontendOptions,
  record: FunctionRecord,
): Pick<FunctionRow, 'firstCall' | 'notReady'> {
  if (record.state.status === 'Failed') return {};
  const readiness = workerManager.readiness(servingVersion(record));
  return readiness.ready ? { firstCall: readiness.path } : { notReady: readiness.why };
}
