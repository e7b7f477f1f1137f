import type { ReactNode } from 'react';
import { Pre } from '../../parts/scrolling.tsx';
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
        <Pre label="Stack" className="functions-text">
          {own.join('\n')}
        </Pre>
      )}
      {others.length > 0 && (
        <details className="functions-frames small">
          <summary>
            {others.length} {others.length === 1 ? 'line' : 'lines'} of Node, packages and the runtime
          </summary>
          <Pre label="Other lines of the stack" className="functions-text">
            {others.join('\n')}
          </Pre>
        </details>
      )}
    </div>
  );
}

/** A line of somebody's own code, and not of Node's, the runtime's or a package's. */
function isOwn(line: string): boolean {
  return !/node:|node_modules|site-packages|\/var\/runtime|\/opt\/heddle|\/usr\/lib/.test(line);
}
