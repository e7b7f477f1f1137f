import { encodeFrame } from '../../protocol/framing/encode.ts';
import type { ExtensionProcess } from './processes/external-extensions.ts';
import { extensionEnd, runtimeEnd, type ProcessEnd } from './processes/process-end.ts';

/** Why it is over with a container, by AWS Lambda's names and in its words. */
export interface Failure {
  readonly errorType: string;
  readonly message: string;
}

/** An extension has ended out of turn, or never began. `reported`: what it said before. */
export function extensionFailure(
  { extension, launchError }: ExtensionProcess,
  end: ProcessEnd,
  reported: string | undefined,
): Failure {
  if (launchError === undefined) return { errorType: reported ?? 'Extension.Crash', message: extensionEnd(end) };
  const why = launchError === 'PermissionDenied' ? 'permission denied' : 'it cannot be run here';
  return { errorType: 'Extension.LaunchError', message: `fork/exec /opt/extensions/${extension.name}: ${why}` };
}

/** The runtime has ended out of turn. */
export function runtimeFailure(end: ProcessEnd): Failure {
  return { errorType: 'Runtime.ExitError', message: runtimeEnd(end) };
}

/** What the host is told: this invocation has no other answer. */
export function failureFrame(
  { errorType, message }: Failure,
  requestId: string,
  phase: 'init' | 'invoke',
): readonly Buffer[] {
  const error = { errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` };
  return encodeFrame({ type: 'error', phase, error, exits: true, memoryPeakMb: 0 });
}
