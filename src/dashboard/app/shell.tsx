import { Component, lazy, Suspense, useEffect, useRef, useState, type ComponentType, type ReactNode } from 'react';
import { EmptyState } from '../parts/empty-state.tsx';
import { useService, useShared } from '../state/use.ts';
import { Mark } from './mark.tsx';
import { pages } from './pages.ts';
import { hrefOf, usePlace } from './router.ts';
import { ThemeSwitch } from './theme-switch.tsx';

/** Each page, loaded when it is shown first. */
const loaded: ReadonlyMap<string, ComponentType> = new Map(
  pages.map(({ name, load }) => [name, lazy(async () => ({ default: await load() }))]),
);

/** What is round every page: navigation, who looks, and how the page stands with the service. */
export function Shell({ signOut }: { signOut: () => void }): ReactNode {
  const service = useService();
  const { page: asked } = usePlace();
  const [open, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const offered = pages.filter(({ needs }) => needs === undefined || service?.there.includes(needs) === true);
  const name = asked === '' ? (offered[0]?.name ?? '') : asked;
  const spec = pages.find((page) => page.name === name);
  const Page = loaded.get(name);
  useEffect(() => {
    document.title = spec === undefined ? 'Heddle' : `${spec.title} · Heddle`;
    setOpen(false);
    main.current?.scrollTo(0, 0);
  }, [spec]);
  return (
    <div className={`shell${open ? ' shell-open' : ''}`}>
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        To the content
      </a>
      <header className="top">
        <button
          type="button"
          className="icon-button menu"
          aria-label="Navigation"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
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
      <nav className="side" aria-label="Pages">
        <ul>
          {offered.map((page) => (
            <li key={page.name}>
              <a href={hrefOf(page.name)} aria-current={page.name === name ? 'page' : undefined}>
                <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
                  <path d={page.icon} />
                </svg>
                {page.title}
              </a>
            </li>
          ))}
        </ul>
        {service !== undefined && <p className="muted small side-foot">Heddle {service.version}</p>}
      </nav>
      <main className="content" id="main" ref={main} tabIndex={-1}>
        {Page === undefined ? (
          <NoSuchPage />
        ) : (
          <Failing key={name}>
            <Suspense
              fallback={
                <div className="page-loading" role="status">
                  Loading…
                </div>
              }
            >
              <Page />
            </Suspense>
          </Failing>
        )}
      </main>
    </div>
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
    <span className={`connection connection-${connection}`} role="status">
      <span className="connection-dot" aria-hidden="true" /> {words[connection]}
    </span>
  );
}

function NoSuchPage(): ReactNode {
  return (
    <EmptyState title="There is no such page">
      <p>
        The address names a page that this service does not have. <a href={hrefOf('overview')}>To the overview</a>
      </p>
    </EmptyState>
  );
}

/** One page that breaks leaves the rest as it is. */
class Failing extends Component<{ children: ReactNode }, { readonly error?: unknown }> {
  override state: { readonly error?: unknown } = {};

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <EmptyState title="This page cannot be shown">
        <p>{error instanceof Error ? error.message : String(error)}</p>
        <p>
          <button type="button" onClick={() => location.reload()}>
            Load again
          </button>
        </p>
      </EmptyState>
    );
  }
}
