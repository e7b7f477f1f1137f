import type { Called, Caller, CallKind } from '../../model/invocations/caller.ts';
import type { PeerStream } from '../contract.ts';
import { dataMessage, tags } from './messages.ts';
import { namedVersion } from './versions.ts';

/** Code of a thread on another host, as the one sees it that has its session: what it calls by way of that is counted where it runs. */
export class RemoteCaller implements Caller {
  readonly account: string;
  readonly functionName: string;
  readonly #stream: PeerStream;
  /** Function versions that the other host was told of here. */
  readonly #told = new Set<string>();
  #last = 0;

  constructor(stream: PeerStream, account: string, functionName: string) {
    this.#stream = stream;
    this.account = account;
    this.functionName = functionName;
  }

  calls({ account, name, qualifier, function: fn }: Called, kind: CallKind): () => void {
    const n = (this.#last += 1);
    const version = fn && namedVersion(fn);
    const isNews = version !== undefined && !this.#told.has(version.name);
    if (isNews) this.#told.add(version.name);
    const what = { n, account, name, qualifier, kind };
    const which = version && { version: version.name, ...(isNews && { bytes: version.bytes }) };
    this.#stream.send(dataMessage(tags.calls, { ...what, ...which }));
    return () => void this.#stream.send(dataMessage(tags.called, { n }));
  }

  // Its container's own host knows when it runs, and what it connects to.
  begin(): void {}
  started(): void {}
  ended(): void {}
  connects(): void {}
}
