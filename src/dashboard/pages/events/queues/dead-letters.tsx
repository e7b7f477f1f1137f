import { useState, type ReactNode } from 'react';
import { Dialog } from '../../../parts/dialog.tsx';
import { plural } from '../../../parts/format.ts';
import { span } from '../../../parts/times.ts';
import type { DeadLetterSource, QueueRow } from '../../../../model/dashboard/events.ts';
import { useAsk, useService } from '../../../state/use.ts';
import type { Ask } from './sqs.ts';
import { redriveLetters } from './redrive-letters.ts';
import { redriveQueue } from './redrive-queue.ts';

/** A queue with dead letters in it: whose they are, how old, and what can be done. */
export function DeadLetters({ row, now, look }: { row: QueueRow; now: number; look: () => void }): ReactNode {
  const { name, ready, inFlight, oldestAt, deadLettersOf } = row;
  const [asking, setAsking] = useState(false);
  const [said, setSaid] = useState('');
  const whose = deadLettersOf.map(({ kind, name: of }) => `${kind} ${of}`).join(', ');
  return (
    <section className="card events-dead" aria-label={`Dead letters in ${name}`}>
      <div>
        <h2>
          <span className="tag bad">dead letters</span> {plural(ready + inFlight, 'message')} in {name}
        </h2>
        <p className="muted">
          given up by {whose}
          {oldestAt !== undefined && `; the oldest is ${span(now - oldestAt)} old`}
        </p>
        <output className="small">{said}</output>
      </div>
      <div className="events-actions">
        <button type="button" disabled={ready === 0} onClick={look}>
          Look inside
        </button>
        <button type="button" className="primary" disabled={ready === 0} onClick={() => setAsking(true)}>
          Redrive…
        </button>
      </div>
      {asking && <Redrive row={row} close={() => setAsking(false)} say={setSaid} />}
    </section>
  );
}

/** Asks whether they are to be handed over again. */
function Redrive({ row, close, say }: { row: QueueRow; close: () => void; say: (words: string) => void }): ReactNode {
  const ask = useAsk();
  const service = useService();
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const { name, ready, deadLettersOf } = row;
  const named = (kind: DeadLetterSource['kind']): readonly string[] =>
    deadLettersOf.filter((source) => source.kind === kind).map(({ name: of }) => of);
  const [queues, functions, schedules] = [named('queue'), named('function'), named('schedule')];
  const redrive = async (how: (ask: Ask) => Promise<string>): Promise<void> => {
    setBusy(true);
    try {
      say(await how(ask));
      close();
    } catch (failed) {
      setError(failed instanceof Error ? failed.message : String(failed));
      setBusy(false);
    }
  };
  const where = { name, account: service?.account ?? '', region: service?.region ?? '' };
  return (
    <Dialog
      title={`Redrive ${name}`}
      close={close}
      actions={
        <>
          {(functions.length > 0 || schedules.length > 0) && (
            <button
              type="button"
              className="primary"
              disabled={busy}
              onClick={() => void redrive((via) => redriveLetters(via, name))}
            >
              {busy ? 'Handing over…' : `Hand ${plural(ready, 'message')} over again`}
            </button>
          )}
          {queues.length > 0 && (
            <button
              type="button"
              className="primary"
              disabled={busy}
              onClick={() => void redrive((via) => redriveQueue(via, where))}
            >
              {busy ? 'Moving…' : `Move ${plural(ready, 'message')} back`}
            </button>
          )}
        </>
      }
    >
      {queues.length > 0 && (
        <p>
          Each message goes back to the queue that it came from: {queues.join(', ')}. Whatever reads{' '}
          {queues.length === 1 ? 'that' : 'those'} gets it again, at once. Mend first what it failed at.
        </p>
      )}
      {functions.length > 0 && (
        <p>
          Each event that {functions.join(', ')} gave up is handed over again, once, to the function, version or alias
          that it was for. What fails again comes back here.
        </p>
      )}
      {schedules.length > 0 && (
        <p>
          What {schedules.length === 1 ? 'the schedule' : 'the schedules'} {schedules.join(', ')} could not deliver goes
          to the function or queue that it was for, once. What was cut to fit into this queue stays here.
        </p>
      )}
      {error !== '' && (
        <p className="problem" role="alert">
          {error}
        </p>
      )}
    </Dialog>
  );
}
