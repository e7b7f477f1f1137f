import type { FunctionRecord } from '../model/function-record.ts';
import { architecture, ephemeralStorageMb } from './unsupported-members.ts';

/** `FunctionConfiguration` of the Lambda API, as far as we fill it. */
export interface FunctionConfigurationWire {
  readonly FunctionName: string;
  readonly FunctionArn: string;
  readonly Runtime: string;
  readonly Role: string;
  readonly Handler: string;
  readonly CodeSize: number;
  readonly CodeSha256: string;
  readonly Description: string;
  /** Seconds. */
  readonly Timeout: number;
  readonly MemorySize: number;
  /** `2026-01-31T12:34:56.789+0000`. */
  readonly LastModified: string;
  readonly Version: string;
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  readonly RevisionId: string;
  readonly State: string;
  readonly StateReason?: string;
  readonly StateReasonCode?: string;
  readonly LastUpdateStatus: string;
  readonly LastUpdateStatusReason?: string;
  readonly LastUpdateStatusReasonCode?: string;
  readonly PackageType: 'Zip';
  readonly Architectures: readonly string[];
  readonly EphemeralStorage: { readonly Size: number };
  readonly TracingConfig: { readonly Mode: 'PassThrough' };
  readonly SnapStart: { readonly ApplyOn: 'None'; readonly OptimizationStatus: 'Off' };
  readonly LoggingConfig: { readonly LogFormat: 'Text'; readonly LogGroup: string };
}

/** A record as AWS shows it. `qualified` ARNs end in the version. */
export function functionConfiguration(record: FunctionRecord, qualified = false): FunctionConfigurationWire {
  const { latest } = record;
  return {
    FunctionName: latest.name,
    FunctionArn: qualified ? `${latest.arn}:${latest.version}` : latest.arn,
    Runtime: latest.runtime,
    Role: latest.role,
    Handler: latest.handler,
    CodeSize: latest.codeBytes,
    CodeSha256: latest.codeSha256,
    Description: latest.description,
    Timeout: latest.timeoutMs / 1_000,
    MemorySize: latest.memoryMb,
    LastModified: new Date(latest.modifiedAt).toISOString().replace('Z', '+0000'),
    Version: latest.version,
    ...(Object.keys(latest.environment).length > 0 && { Environment: { Variables: latest.environment } }),
    RevisionId: latest.revisionId,
    ...states(record),
    PackageType: 'Zip',
    Architectures: [architecture],
    EphemeralStorage: { Size: ephemeralStorageMb },
    TracingConfig: { Mode: 'PassThrough' },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${latest.name}` },
  };
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
    LastUpdateStatus: update.status,
    ...(update.status !== 'Successful' && { LastUpdateStatusReason: update.reason }),
    ...(update.status === 'Failed' && { LastUpdateStatusReasonCode: 'InternalError' }),
  };
}
