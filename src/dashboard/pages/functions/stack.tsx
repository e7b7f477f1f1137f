import type { ReactNode } from 'react';
import type { Thrown } from './invoke.ts';

/** What a function threw: lines of its own code, and on demand those of whatever called it. */
export function Stack({ thrown: { type, message, stack } }: { thrown: Thrown }): ReactNode {
  // The first line says again what was thrown.
  const frames = stack.filter((line) => /^\s+at |^\s*File /.test(line));
  const own = frames.filter(isOwn);
  const others = frames.filter((line) => !isOwn(line));
  return (
    <div>
      <h3>
        {type}: <span className="problem">{message}</span>
      </h3>
      {own.length > 0 && (
        <pre className="command functions-text" tabIndex={0} aria-label="Stack">
          {own.join('\n')}
        </pre>
      )}
      {others.length > 0 && (
        <details className="functions-frames small">
          <summary>
            {others.length} {others.length === 1 ? 'line' : 'lines'} of Node, packages and the runtime
          </summary>
          <pre className="command functions-text" tabIndex={0} aria-label="Other lines of the stack">
            {others.join('\n')}
          </pre>
        </details>
      )}
    </div>
  );
}

/** A line of somebody's own code, and not of Node's, the runtime's or a package's. */
function isOwn(line: string): boolean {
  return !/node:|node_modules|site-packages|\/var\/runtime|\/opt\/heddle|\/usr\/lib/.test(line);
}
