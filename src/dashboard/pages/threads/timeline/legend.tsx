import type { ReactNode } from 'react';

/** What the colours of the timeline mean. */
export function Legend(): ReactNode {
  const kinds = ['queued', 'loading', 'running', 'ended', 'failed', 'waiting'] as const;
  const words = {
    queued: 'queued',
    loading: 'starting',
    running: 'running',
    ended: 'ended',
    failed: 'failed',
    waiting: 'waits for a lock',
  };
  return (
    <ul className="timeline-legend small muted">
      {kinds.map((kind) => (
        <li key={kind}>
          <span className={`timeline-key timeline-${kind}`} />
          {words[kind]}
        </li>
      ))}
    </ul>
  );
}
