import { useEffect, useRef, type ReactNode } from 'react';
import { hrefOf, usePlace } from '../app/router.ts';

/** One part of a page that is shown in the place of others. */
export interface TabSpec {
  readonly name: string;
  readonly title: string;
  /** Beside its title. */
  readonly count?: number;
}

/** Links to the parts of a page, of which one is shown: `?tab=NAME`. */
export function Tabs({ tabs, shown }: { tabs: readonly TabSpec[]; shown: string }): ReactNode {
  const { page, rest } = usePlace();
  const links = useRef<HTMLElement>(null);
  // On a phone it may be beside what is seen.
  useEffect(() => {
    links.current?.querySelector(`[data-tab="${shown}"]`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [shown]);
  return (
    <nav ref={links} className="tabs" aria-label="Parts of this page">
      {tabs.map(({ name, title, count }) => (
        <a
          key={name}
          data-tab={name}
          href={hrefOf(page, rest, { tab: name })}
          aria-current={name === shown ? 'true' : undefined}
        >
          {title}
          {count !== undefined && <span className="tag">{count.toLocaleString('en-US')}</span>}
        </a>
      ))}
    </nav>
  );
}
