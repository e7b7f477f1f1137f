import type { FunctionVersion } from '../../model/functions/function.ts';
import type { Registry } from '../active-pool/registry.ts';
import type { Code } from '../active-pool/state.ts';
import type { InstanceKeeper } from './instance-keeper.ts';

/** Whose portions: a program's, or those of one group of it. */
export interface EndedPortions {
  readonly account: string;
  readonly program: string;
  readonly group?: string | undefined;
}

/** Retires the instances that only these portions ran in. */
export function endPortions(
  { account, program, group }: EndedPortions,
  { pools }: Pick<Registry, 'pools'>,
  keeper: Pick<InstanceKeeper, 'retire'>,
): void {
  for (const pool of [...pools]) {
    const { portion } = pool.owner;
    if (pool.account !== account || portion?.program !== program) continue;
    if (group !== undefined && portion.group !== group) continue;
    for (const instance of [...pool.instances]) keeper.retire(instance);
  }
}

/** Codes of which no call comes any more, by their versions: what is idle of them ends, what runs when it has ended. */
export function retireCodes(
  codes: readonly Code[],
  which: (fn: FunctionVersion) => boolean,
  keeper: Pick<InstanceKeeper, 'drop'>,
): void {
  for (const code of codes) {
    if (!which(code.function)) continue;
    code.retired = true;
    for (const container of [...code.idle, ...code.ready]) void keeper.drop(container);
  }
}
