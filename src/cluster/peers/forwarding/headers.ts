import { endToEnd } from '../../../model/http/end-to-end.ts';
import { identityHeader } from './identity.ts';

/** Header lines of a request or an answer that go on to another host, or back from it: what is expected is answered by whoever takes the request first, and who asks is said by hosts only. */
export function forwardedHeaders(rawHeaders: readonly string[]): string[] {
  return endToEnd(rawHeaders, (name) => name === 'expect' || name === identityHeader);
}
