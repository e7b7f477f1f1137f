import type { ReactNode } from 'react';
import type { PageSpec } from './page-spec.ts';
import { hrefOf } from './router.ts';

/** The navigation: the pages that this service has something for. */
export function Side({
  pages,
  current,
  version,
}: {
  pages: readonly PageSpec[];
  current: string;
  version: string | undefined;
}): ReactNode {
  return (
    <nav className="side" aria-label="Pages">
      <ul>
        {pages.map(({ name, title, icon }) => (
          <li key={name}>
            <a href={hrefOf(name)} aria-current={name === current ? 'page' : undefined}>
              <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
                <path d={icon} />
              </svg>
              {title}
            </a>
          </li>
        ))}
      </ul>
      {version !== undefined && <p className="muted small side-foot">Heddle {version}</p>}
    </nav>
  );
}
