import type { FunctionVersion } from '../../model/functions/function.ts';
import { portionKey, type PortionPlace } from '../../model/functions/portion.ts';

/** Whom instances belong to. Two owners never meet in an instance, nor in a container. */
export interface Owner {
  readonly account: string;
  /** Only calls of this tenant, of functions that have tenants; without one, only of functions that have none. */
  readonly tenantId?: string;
  /** Only of this function: it has dedicated instances. */
  readonly functionName?: string;
  /** Only portions that run in this place. */
  readonly portion?: PortionPlace;
}

/** Whose instances a call of this function runs in. Throws where a function that has tenants is called for none, or one that has none for one. */
export function ownerOf(
  {
    account,
    name,
    tenancy,
    capacity,
    portion,
  }: Pick<FunctionVersion, 'account' | 'name' | 'tenancy' | 'capacity' | 'portion'>,
  tenantId?: string,
): Owner {
  if ((tenancy === undefined) !== (tenantId === undefined))
    throw new Error(`Function ${name} has ${tenancy ?? 'no'} tenancy, and was called for ${tenantId ?? 'no tenant'}.`);
  return {
    account,
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(capacity?.kind === 'dedicated' ? { functionName: name } : {}),
    ...(portion === undefined ? {} : { portion }),
  };
}

/** Names an owner. No name of a function, a tenant or a portion's place has a NUL, so no two owners have one name. */
export function ownerKey({ account, tenantId, functionName, portion }: Owner): string {
  const tenant = tenantId === undefined ? '' : `\0tenant\0${tenantId}`;
  const only = functionName === undefined ? '' : `\0function\0${functionName}`;
  const place = portion === undefined ? '' : `\0portion\0${portionKey(portion)}`;
  return `${account}${tenant}${only}${place}`;
}
