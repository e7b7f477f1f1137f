import type { ReactNode } from 'react';
import { Pre } from '../../parts/scrolling.tsx';
import { hrefOf, setQuery } from '../../app/router.ts';
import { timeOf } from '../../parts/times.ts';
import type { LogLine } from '../../../model/dashboard/logs.ts';

/** All of one line, and where it leads. */
export function LineDetails({ line, close }: { line: LogLine; close: () => void }): ReactNode {
  const { at, level, function: functionName, requestId, text } = line;
  return (
    <aside className="logs-details" aria-label="The line that is chosen">
      <div className="logs-details-head">
        <span className="tag">{level}</span>
        <span className="small">{timeOf(at)}</span>
        <a className="small" href={hrefOf('functions', [functionName])}>
          {functionName}
        </a>
        {requestId !== '' && (
          <button type="button" className="small" onClick={() => setQuery({ request: requestId })}>
            All of request <code>{requestId.slice(0, 8)}…</code>
          </button>
        )}
        <button type="button" className="icon-button logs-close" aria-label="Close" onClick={close}>
          <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M6 6l12 12M18 6L6 18" />
          </svg>
        </button>
      </div>
      <Pre label="Text" className="logs-whole">
        {indented(text)}
      </Pre>
    </aside>
  );
}

/** JSON, alone or at the end of a line, with lines of its own. */
function indented(text: string): string {
  const at = text.indexOf('{');
  if (at === -1) return text;
  try {
    return `${text.slice(0, at)}${JSON.stringify(JSON.parse(text.slice(at)), undefined, 2)}`;
  } catch {
    return text;
  }
}
