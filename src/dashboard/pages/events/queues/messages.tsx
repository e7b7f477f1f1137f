import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Dialog } from '../../../parts/dialog.tsx';
import { timeOf } from '../../../parts/times.ts';
import { useAsk } from '../../../state/use.ts';
import { queueUrl, receive, type ReceivedMessage } from './sqs.ts';

/** Some messages of a queue, which stay in it. */
export function Messages({ queue, close }: { queue: string; close: () => void }): ReactNode {
  const ask = useAsk();
  const first = useRef(ask);
  const [found, setFound] = useState<readonly ReceivedMessage[] | undefined>();
  const [error, setError] = useState('');
  useEffect(() => {
    const look = async (): Promise<void> =>
      setFound(await receive(first.current, await queueUrl(first.current, queue), 0));
    look().catch((failed: unknown) => setError(failed instanceof Error ? failed.message : String(failed)));
  }, [queue]);
  return (
    <Dialog title={`Messages of ${queue}`} close={close}>
      {error !== '' && <p className="problem">{error}</p>}
      {found?.length === 0 && <p className="muted">There is nothing to receive now.</p>}
      {found !== undefined && found.length > 0 && (
        <p className="muted small">Up to ten, which stay where they are; each counts as received once more.</p>
      )}
      <ul className="events-messages">
        {found?.map(({ id, body, sentAt, receives, error: why, arn }) => (
          <li key={id}>
            <p className="small muted">
              sent {timeOf(sentAt)}, received {receives} times
              {arn !== '' && `, for ${arn.split(':').slice(6).join(':')}`}
            </p>
            {why !== '' && <p className="small problem">{why}</p>}
            <pre className="command" tabIndex={0} aria-label="Body">
              {body}
            </pre>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
