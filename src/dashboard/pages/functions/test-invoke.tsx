import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { FunctionRow } from '../../../model/dashboard/functions.ts';
import { messageOf } from '../../state/use-read.ts';
import { useAsk, useShared } from '../../state/use.ts';
import { EarlierCalls } from './earlier-calls.tsx';
import { InvokeResult } from './invoke-result.tsx';
import { invoke, problemIn, type Call, type Called } from './invoke.ts';
import { PayloadEditor } from './payload-form.tsx';
import { keepPayload, keptPayload } from './payloads.ts';
import { qualifiersOf, useVersions } from './use-versions.ts';

/** Results that are kept to look at beside the newest. */
const resultsMax = 10;

/** What is shown of a call: how it went, or why the service refused it. */
export type Shown = { readonly called: Called } | { readonly refused: string };

/** A call by hand: what is sent, and everything that is known of how it went. */
export function TestInvoke({ row: { name } }: { row: FunctionRow }): ReactNode {
  const { accessKeyId } = useShared().session;
  const [payload, setPayload] = useState(() => keptPayload(accessKeyId, name));
  const [qualifier, setQualifier] = useState('');
  const [event, setEvent] = useState(false);
  const { shown, results, busy, call, stop, show } = useCalls();
  const qualifiers = qualifiersOf(useVersions(name).found);
  const wrong = problemIn(payload) !== undefined;
  const run = (): void => {
    if (!wrong && !busy) void call({ name, qualifier, payload, event });
  };
  const type = (text: string): void => {
    setPayload(text);
    keepPayload(accessKeyId, name, text);
  };
  return (
    <div className="functions-test">
      <form
        className="card functions-form"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          run();
        }}
      >
        <PayloadEditor payload={payload} type={type} run={run} />
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
            <button type="button" onClick={stop}>
              Stop waiting
            </button>
          )}
          <button type="submit" className="primary" disabled={busy || wrong} title="Ctrl+Enter">
            {busy ? 'Running…' : 'Invoke'}
          </button>
        </div>
        <EarlierCalls
          results={results}
          shown={shown !== undefined && 'called' in shown ? shown.called : undefined}
          show={show}
        />
      </form>
      <InvokeResult name={name} shown={shown} busy={busy} />
    </div>
  );
}

interface Calls {
  readonly shown: Shown | undefined;
  /** The newest first. */
  readonly results: readonly Called[];
  readonly busy: boolean;
  readonly call: (what: Call) => Promise<void>;
  readonly stop: () => void;
  readonly show: (called: Called) => void;
}

/** Calls by hand, one after the other; what still runs is not waited for when the page is left. */
function useCalls(): Calls {
  const ask = useAsk();
  const [shown, setShown] = useState<Shown | undefined>();
  const [results, setResults] = useState<readonly Called[]>([]);
  const [busy, setBusy] = useState(false);
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  return {
    ...{ shown, results, busy },
    stop: () => running.current?.abort(),
    show: (called) => setShown({ called }),
    call: async (what) => {
      const controller = new AbortController();
      running.current = controller;
      setBusy(true);
      try {
        const called = await invoke(ask, what, controller.signal);
        setShown({ called });
        setResults((before) => [called, ...before].slice(0, resultsMax));
      } catch (error) {
        if (!controller.signal.aborted) setShown({ refused: messageOf(error) });
      } finally {
        setBusy(false);
      }
    },
  };
}
