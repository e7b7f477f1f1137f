/** A version of a layer as a function has it. */
export interface LayerRef {
  /** With the version. */
  readonly arn: string;
  /** SHA-256 of the zip file, base64. */
  readonly sha256: string;
  /** Of the zip file. */
  readonly zipBytes: number;
  /** Unpacked. */
  readonly bytes: number;
  /** It has programs in `extensions`: they run beside the functions that have it. */
  readonly extensions?: true;
}

/** A version of a layer: files for `/opt` of functions that name it. Immutable, but for who may use it. */
export interface LayerVersion extends Omit<LayerRef, 'arn'> {
  /** The account that owns it. */
  readonly account: string;
  readonly name: string;
  /** Counts from 1, and never again what was deleted. */
  readonly version: number;
  readonly description: string;
  readonly licenseInfo: string;
  readonly compatibleRuntimes: readonly string[];
  readonly compatibleArchitectures: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  /** Who else may use it. */
  readonly permissions: readonly LayerPermission[];
  /** Changes with the permissions. */
  readonly policyRevisionId: string;
}

/** One statement of a layer version's policy. */
export interface LayerPermission {
  readonly statementId: string;
  readonly action: string;
  /** An account, an ARN, or `*`. */
  readonly principal: string;
  readonly organizationId?: string;
}

/** `arn:aws:lambda:REGION:ACCOUNT:layer:NAME`. */
export function layerArn(region: string, account: string, name: string): string {
  return `arn:aws:lambda:${region}:${account}:layer:${name}`;
}

/** Layers that a function may have. */
export const layersMax = 5;

/** Whether files of a layer, by their paths in it, are programs of extensions. */
export function hasExtensionPrograms(paths: Iterable<string>): boolean {
  for (const path of paths) if (/^extensions\/[^/]+$/.test(path)) return true;
  return false;
}
