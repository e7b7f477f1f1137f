import { revisionOf, type FunctionRecord } from '../model/functions/function-record.ts';
import { unqualifiedArn, type TracingMode } from '../model/functions/function.ts';
import { limits } from '../model/limits.ts';
import { durableConfig } from './executions/execution-wire.ts';
import { loggingConfig, type LoggingConfigWire } from './logging-config.ts';
import { runtimeVersionArn } from './runtime-version.ts';
import { architecture } from './unsupported-members.ts';

/** `FunctionConfiguration` of the Lambda API, as far as we fill it. */
export interface FunctionConfigurationWire {
  readonly FunctionName: string;
  readonly FunctionArn: string;
  readonly Runtime: string;
  readonly Role: string;
  readonly Handler: string;
  readonly CodeSize: number;
  readonly CodeSha256: string;
  readonly Layers?: readonly { readonly Arn: string; readonly CodeSize: number }[];
  readonly Description: string;
  /** Seconds. */
  readonly Timeout: number;
  readonly MemorySize: number;
  /** `2026-01-31T12:34:56.789+0000`. */
  readonly LastModified: string;
  readonly Version: string;
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  readonly DeadLetterConfig?: { readonly TargetArn: string };
  readonly RevisionId: string;
  readonly State: string;
  readonly StateReason?: string;
  readonly StateReasonCode?: string;
  /** Missing where the function is new. */
  readonly LastUpdateStatus?: string;
  readonly LastUpdateStatusReason?: string;
  readonly LastUpdateStatusReasonCode?: string;
  readonly PackageType: 'Zip';
  readonly Architectures: readonly string[];
  readonly EphemeralStorage: { readonly Size: number };
  readonly TracingConfig: { readonly Mode: TracingMode };
  readonly SnapStart: { readonly ApplyOn: 'None'; readonly OptimizationStatus: 'Off' };
  readonly LoggingConfig: LoggingConfigWire;
  readonly TenancyConfig?: { readonly TenantIsolationMode: 'PER_TENANT' };
  readonly DurableConfig?: Readonly<Record<string, number>>;
  readonly RuntimeVersionConfig: { readonly RuntimeVersionArn: string };
  readonly VpcConfig?: {
    readonly SubnetIds: readonly string[];
    readonly SecurityGroupIds: readonly string[];
    readonly VpcId: string;
    readonly Note?: string;
  };
}

/** A record as AWS shows it. Its ARN ends in `qualifier`: what it was asked for by, if it was. */
export function functionConfiguration(record: FunctionRecord, qualifier?: string): FunctionConfigurationWire {
  const { latest } = record;
  const arn = unqualifiedArn(latest);
  return {
    FunctionName: latest.name,
    FunctionArn: qualifier === undefined ? arn : `${arn}:${qualifier}`,
    Runtime: latest.runtime,
    Role: latest.role,
    Handler: latest.handler,
    CodeSize: latest.codeBytes,
    CodeSha256: latest.codeSha256,
    ...layersOf(latest),
    Description: latest.description,
    Timeout: latest.timeoutMs / 1_000,
    MemorySize: latest.memoryMb,
    LastModified: new Date(latest.modifiedAt).toISOString().replace('Z', '+0000'),
    Version: latest.version,
    ...((latest.environmentShown === true || Object.keys(latest.environment).length > 0) && {
      Environment: { Variables: latest.environment },
    }),
    ...(latest.deadLetter && { DeadLetterConfig: { TargetArn: latest.deadLetter } }),
    RevisionId: revisionOf(record),
    ...states(record),
    PackageType: 'Zip',
    Architectures: [architecture],
    EphemeralStorage: { Size: latest.storageMb ?? limits.storageMbMin },
    TracingConfig: { Mode: latest.tracing ?? 'PassThrough' },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: loggingConfig(latest),
    ...(latest.tenancy && { TenancyConfig: { TenantIsolationMode: latest.tenancy } }),
    ...(latest.durable && { DurableConfig: durableConfig(latest.durable) }),
    RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(latest) },
    ...(latest.vpc && { VpcConfig: vpcConfig(latest.vpc) }),
  };
}

/**
 * What a change is answered with: as on AWS, the state and the revision before what is needed has been prepared, also where that takes no time.
 * Asked afterwards, the function may be ready already, and is another revision then.
 */
export function changedConfiguration(
  record: FunctionRecord,
  change: 'created' | 'updated',
  qualifier?: string,
): FunctionConfigurationWire {
  const { LastUpdateStatus: _status, ...now } = functionConfiguration(record, qualifier);
  // It has another when what it needs to run is there, which may be so by now.
  const shown = { ...now, RevisionId: record.latest.revisionId };
  const [reason, code] = ['The function is being created.', 'Creating'];
  if (change === 'created' || record.state.status === 'Pending')
    return { ...shown, State: 'Pending', StateReason: reason, StateReasonCode: code };
  return {
    ...shown,
    LastUpdateStatus: 'InProgress',
    LastUpdateStatusReason: reason,
    LastUpdateStatusReasonCode: code,
  };
}

/** The same as lists show it: without what is known of its state and of its runtime's. */
export function listedConfiguration(
  record: FunctionRecord,
  qualifier?: string,
): Omit<FunctionConfigurationWire, keyof States | 'RuntimeVersionConfig'> {
  const {
    State: _,
    StateReason: __,
    StateReasonCode: ___,
    LastUpdateStatus: ____,
    LastUpdateStatusReason: _____,
    LastUpdateStatusReasonCode: ______,
    RuntimeVersionConfig: _______,
    ...listed
  } = functionConfiguration(record, qualifier);
  return listed;
}

type Vpc = NonNullable<FunctionRecord['latest']['vpc']>;

function vpcConfig({ subnetIds, securityGroupIds }: Vpc): NonNullable<FunctionConfigurationWire['VpcConfig']> {
  const names = { SubnetIds: subnetIds, SecurityGroupIds: securityGroupIds, VpcId: '' };
  if (subnetIds.length + securityGroupIds.length === 0) return names;
  const Note = 'Ignored: what this function may connect to, its tag heddle:egress or the service says.';
  return { ...names, Note };
}

type States = Pick<
  FunctionConfigurationWire,
  | 'State'
  | 'StateReason'
  | 'StateReasonCode'
  | 'LastUpdateStatus'
  | 'LastUpdateStatusReason'
  | 'LastUpdateStatusReasonCode'
>;

function states({ state, update }: FunctionRecord): States {
  return {
    State: state.status,
    ...(state.status !== 'Active' && {
      StateReason: state.reason,
      StateReasonCode: state.status === 'Pending' ? 'Creating' : 'InternalError',
    }),
    // What is not there yet has not been updated: clients wait for that, too, before they call.
    ...(state.status !== 'Pending' && { LastUpdateStatus: update.status }),
    ...(update.status !== 'Successful' && { LastUpdateStatusReason: update.reason }),
    ...(update.status !== 'Successful' && {
      LastUpdateStatusReasonCode: update.status === 'Failed' ? 'InternalError' : 'Creating',
    }),
  };
}

function layersOf({ layers = [] }: FunctionRecord['latest']): Pick<FunctionConfigurationWire, 'Layers'> {
  return layers.length === 0 ? {} : { Layers: layers.map(({ arn, zipBytes }) => ({ Arn: arn, CodeSize: zipBytes })) };
}
