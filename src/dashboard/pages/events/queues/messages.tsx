import type { ReactNode } from 'react';
import { Pre } from '../../../parts/scrolling.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { timeOf } from '../../../parts/times.ts';
import { useRead } from '../../../state/use-read.ts';
import { useAsk } from '../../../state/use.ts';
import { queueUrl, receive } from './sqs.ts';

/** Some messages of a queue, which stay in it. */
export function Messages({ queue, close }: { queue: string; close: () => void }): ReactNode {
  const ask = useAsk();
  const { found, error } = useRead(queue, async () => await receive(ask, await queueUrl(ask, queue), 0));
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
            <Pre label="Body">{body}</Pre>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
