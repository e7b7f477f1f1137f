import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { FunctionRow } from '../../../model/dashboard/functions.ts';
import { useAsk, useShared } from '../../state/use.ts';
import { invoke, pretty, problemIn, type Called } from './invoke.ts';
import { EarlierCalls } from './earlier-calls.tsx';
import { InvokeResult } from './invoke-result.tsx';
import { keepPayload, keptPayload } from './payloads.ts';
import { qualifiersOf, useVersions } from './use-versions.ts';

/** Results that are kept to look at beside the newest. */
const resultsMax = 10;

type Shown = { readonly called: Called } | { readonly refused: string };

/** A call by hand: what is sent, and everything that is known of how it went. */
export function TestInvoke({ row: { name } }: { row: FunctionRow }): ReactNode {
  const ask = useAsk();
  const { accessKeyId } = useShared().session;
  const [payload, setPayload] = useState(() => keptPayload(accessKeyId, name));
  const [qualifier, setQualifier] = useState('');
  const [event, setEvent] = useState(false);
  const [shown, setShown] = useState<Shown | undefined>();
  const [results, setResults] = useState<readonly Called[]>([]);
  const running = useRef<AbortController | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  useEffect(() => () => running.current?.abort(), []);
  const qualifiers = qualifiersOf(useVersions(name).found);
  const problem = problemIn(payload);

  const type = (text: string): void => {
    setPayload(text);
    keepPayload(accessKeyId, name, text);
  };
  const run = async (): Promise<void> => {
    if (problem !== undefined || busy) return;
    const controller = new AbortController();
    running.current = controller;
    setBusy(true);
    try {
      const called = await invoke(ask, { name, qualifier, payload, event }, controller.signal);
      setShown({ called });
      setResults((before) => [called, ...before].slice(0, resultsMax));
    } catch (error) {
      if (!controller.signal.aborted) setShown({ refused: error instanceof Error ? error.message : String(error) });
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="functions-test">
      <form
        className="card functions-form"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          void run();
        }}
      >
        <div className="functions-form-head">
          <label htmlFor="payload">Payload</label>
          <button
            type="button"
            disabled={problem !== undefined || payload === ''}
            onClick={() => type(pretty(payload))}
          >
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
            void run();
          }}
        />
        <p id="payload-problem" className={problem === undefined ? 'small muted' : 'small problem'} role="status">
          {problem ?? (payload.trim() === '' ? 'No payload: the function gets {}' : 'Valid JSON')}
        </p>
        <div className="functions-form-foot">
          <label>
            Version{' '}
            <select value={qualifier} onChange={({ target }) => setQualifier(target.value)}>
              {qualifiers.map(({ value, title }) => (
                <option key={value} value={value}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <label className="functions-check">
            <input type="checkbox" checked={event} onChange={({ target }) => setEvent(target.checked)} /> Only hand it
            over (Event)
          </label>
          {busy && (
            <button type="button" onClick={() => running.current?.abort()}>
              Stop waiting
            </button>
          )}
          <button type="submit" className="primary" disabled={busy || problem !== undefined} title="Ctrl+Enter">
            {busy ? 'Running…' : 'Invoke'}
          </button>
        </div>
        <EarlierCalls
          results={results}
          shown={shown !== undefined && 'called' in shown ? shown.called : undefined}
          show={(called) => setShown({ called })}
        />
      </form>
      <InvokeResult name={name} shown={shown} busy={busy} />
    </div>
  );
}
