import type { ReactNode } from 'react';
import { Pre } from '../../parts/scrolling.tsx';
import { hrefOf } from '../../app/router.ts';
import { milliseconds } from '../../parts/format.ts';
import { startMsPromised } from '../../../model/invocations/start-path.ts';
import { Stack } from './stack.tsx';
import type { Shown } from './test-invoke.tsx';
import { pretty, thrownIn, type Called } from './invoke.ts';

/** Longest answer that is shown, characters; all of it can be had elsewhere. */
const charactersMax = 100_000;

/** How a call went: what came of it, which way it started and how long that took, what it printed. */
export function InvokeResult({
  name,
  shown,
  busy,
}: {
  name: string;
  shown: Shown | undefined;
  busy: boolean;
}): ReactNode {
  return (
    <section className="card functions-result" aria-label="Result" aria-live="polite" aria-busy={busy}>
      {shown === undefined ? (
        <p className="muted functions-no-result">
          {busy
            ? 'It runs…'
            : 'What comes of it is shown here: the answer, how it started and in how many milliseconds, and its log.'}
        </p>
      ) : 'refused' in shown ? (
        <>
          <h2>
            <span className="tag bad">refused</span> The service did not run it
          </h2>
          <p className="problem">{shown.refused}</p>
        </>
      ) : (
        <Result name={name} called={shown.called} />
      )}
    </section>
  );
}

function Result({ name, called }: { name: string; called: Called }): ReactNode {
  const { functionError, status, payload, requestId, version, logTail, instance, container } = called;
  const failed = functionError !== '';
  const thrown = failed ? thrownIn(payload) : undefined;
  const accepted = status === 202;
  return (
    <>
      <h2 className="functions-outcome">
        <span className={failed ? 'tag bad' : 'tag good'}>
          {accepted ? 'accepted' : failed ? 'failed' : 'succeeded'}
        </span>
        {version !== '' && <span className="tag">{version}</span>}
        <span className="muted small functions-where">
          {[instance, container].filter((part) => part !== '').join(' · ')}
        </span>
      </h2>
      {!accepted && <Way called={called} />}
      {thrown === undefined ? (
        !accepted && <Text title={failed ? 'Error' : 'Answer'} text={pretty(payload)} />
      ) : (
        <Stack thrown={thrown} />
      )}
      {logTail !== '' && <Text title="Log, its last 4 KiB" text={logTail} />}
      <p className="small muted">
        Request <code>{requestId}</code> ·{' '}
        <a href={hrefOf('logs', [], { request: requestId, function: name })}>its log</a>
      </p>
    </>
  );
}

/** Which way it started, and what of the time that was. */
function Way({ called: { startPath, startMs, durationMs, tookMs } }: { called: Called }): ReactNode {
  if (Number.isNaN(startMs)) return null;
  const all = Math.max(tookMs, startMs + durationMs, 0.001);
  const part = (ms: number): string => `${Math.max(0.5, (100 * ms) / all)}%`;
  return (
    <div className="functions-way">
      <p>
        <b>{startPath}</b> ·{' '}
        <span className={startMs > startMsPromised ? 'tone-bad' : 'tone-good'}>{timed(startMs)}</span> to code ·{' '}
        <b>{timed(durationMs)}</b> in it · {timed(Math.max(0, all - startMs - durationMs))} on its way
      </p>
      <div className="functions-bar" aria-hidden="true">
        <span className="functions-bar-start" style={{ width: part(startMs) }} />
        <span className="functions-bar-run" style={{ width: part(durationMs) }} />
      </div>
    </div>
  );
}

function Text({ title, text }: { title: string; text: string }): ReactNode {
  const cut = text.length > charactersMax;
  return (
    <div>
      <h3>{title}</h3>
      <Pre label={title} className="functions-text">
        {cut ? `${text.slice(0, charactersMax)}\n… ${text.length - charactersMax} more characters` : text}
      </Pre>
    </div>
  );
}

function timed(ms: number): string {
  return Number.isNaN(ms) ? '–' : milliseconds(ms);
}
