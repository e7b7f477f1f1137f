import type { ReactNode } from 'react';
import type { ServiceRow } from '../../model/dashboard/service.ts';
import { useShared } from '../state/use.ts';
import { Mark } from './mark.tsx';
import { hrefOf } from './router.ts';
import { ThemeSwitch } from './theme-switch.tsx';

/** What the bar above the page shows, and does. */
export interface TopProps {
  readonly service: ServiceRow | undefined;
  /** Whether the navigation is open, where it is not always. */
  readonly open: boolean;
  readonly turn: () => void;
  readonly signOut: () => void;
}

/** The bar above every page. */
export function Top({ service, open, turn, signOut }: TopProps): ReactNode {
  return (
    <header className="top">
      <button type="button" className="icon-button menu" aria-label="Navigation" aria-expanded={open} onClick={turn}>
        <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 7h16M4 12h16M4 17h16" />
        </svg>
      </button>
      <a className="brand" href={hrefOf('overview')}>
        <Mark /> Heddle
      </a>
      <Connected />
      <span className="top-space" />
      {service !== undefined && (
        <span className="muted top-who">
          <span className="tag">{service.driver}</span> {service.region} · account {service.account}
          {service.operator ? ' · operator' : ''}
        </span>
      )}
      <ThemeSwitch />
      <button type="button" className="icon-button" title="Sign out" aria-label="Sign out" onClick={signOut}>
        <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M10 4H5v16h5M14 8l4 4-4 4M18 12H9" />
        </svg>
      </button>
    </header>
  );
}

/** How the page stands with the service; said aloud when that changes. */
function Connected(): ReactNode {
  const { connection } = useShared();
  const words = {
    connecting: 'Connecting…',
    live: 'Live',
    away: 'No answer: trying again…',
    refused: 'Signed out',
  } as const;
  return (
    <output className={`connection connection-${connection}`}>
      <span className="connection-dot" aria-hidden="true" /> {words[connection]}
    </output>
  );
}
