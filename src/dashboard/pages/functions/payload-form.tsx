import type { ReactNode } from 'react';
import { pretty, problemIn } from './invoke.ts';

/** The payload of a call by hand: JSON is checked as it is typed. */
export function PayloadEditor({
  payload,
  type,
  run,
}: {
  payload: string;
  type: (text: string) => void;
  run: () => void;
}): ReactNode {
  const problem = problemIn(payload);
  return (
    <>
      <div className="functions-form-head">
        <label htmlFor="payload">Payload</label>
        <button type="button" disabled={problem !== undefined || payload === ''} onClick={() => type(pretty(payload))}>
          Format
        </button>
      </div>
      <textarea
        id="payload"
        className="mono functions-payload"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        value={payload}
        aria-invalid={problem !== undefined}
        aria-describedby="payload-problem"
        onChange={({ target }) => type(target.value)}
        onKeyDown={(pressed) => {
          if (pressed.key !== 'Enter' || !(pressed.ctrlKey || pressed.metaKey)) return;
          pressed.preventDefault();
          run();
        }}
      />
      <output id="payload-problem" className={problem === undefined ? 'small muted' : 'small problem'}>
        {problem ?? (payload.trim() === '' ? 'No payload: the function gets {}' : 'Valid JSON')}
      </output>
    </>
  );
}
