import { createElement, lazy, Suspense, useEffect, useRef, useState, type ComponentType, type ReactNode } from 'react';
import { EmptyState } from '../parts/empty-state.tsx';
import { useService, useSilentHosts } from '../state/use.ts';
import { Failing } from './failing.tsx';
import { pages } from './pages.ts';
import { hrefOf, usePlace } from './router.ts';
import { Side } from './side.tsx';
import { Top } from './top.tsx';

/** Each page, loaded when it is shown first. */
const loaded: ReadonlyMap<string, ComponentType> = new Map(
  pages.map(({ name, load }) => [name, lazy(async () => ({ default: await load() }))]),
);

/** What is round every page: navigation, who looks, and how the page stands with the service. */
export function Shell({ signOut }: { signOut: () => void }): ReactNode {
  const service = useService();
  const { page: asked } = usePlace();
  // On a small screen the navigation is open over one page, and closed by going to another.
  const [openOver, setOpenOver] = useState<string>();
  const main = useRef<HTMLElement>(null);
  const offered = pages.filter(({ needs }) => needs === undefined || service?.there.includes(needs) === true);
  const name = asked === '' ? (offered[0]?.name ?? '') : asked;
  const open = openOver === name;
  const spec = pages.find((page) => page.name === name);
  const page = loaded.get(name);
  useEffect(() => {
    document.title = spec === undefined ? 'Heddle' : `${spec.title} · Heddle`;
    main.current?.scrollTo(0, 0);
  }, [spec]);
  return (
    <div className={`shell${open ? ' shell-open' : ''}`}>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        To the content
      </button>
      <Top service={service} open={open} turn={() => setOpenOver(open ? undefined : name)} signOut={signOut} />
      <Side pages={offered} current={name} version={service?.version} />
      {/* It scrolls, which must be possible with the keyboard, too. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <main className="content" ref={main} tabIndex={0}>
        <Missing />
        {page === undefined ? (
          <NoSuchPage />
        ) : spec?.operatorsOnly === true && service?.operator !== true ? (
          <OperatorsPage known={service !== undefined} />
        ) : (
          <Failing key={name}>
            <Suspense fallback={<Loading />}>{createElement(page)}</Suspense>
          </Failing>
        )}
      </main>
    </div>
  );
}

function Loading(): ReactNode {
  return <output className="page-loading">Loading…</output>;
}

/** In the place of a page that only the operator is shown. `known`: whether it is known yet who looks. */
function OperatorsPage({ known }: { known: boolean }): ReactNode {
  if (!known) return <Loading />;
  return (
    <EmptyState title="This page is the operator's">
      <p>
        It shows the machines that all accounts share. Sign in with the key of whoever runs the service to see it.{' '}
        <a href={hrefOf('overview')}>To the overview</a>
      </p>
    </EmptyState>
  );
}

/** Hosts whose part of what is shown is missing. */
function Missing(): ReactNode {
  const hosts = useSilentHosts();
  return (
    <output className="missing-hosts">
      {hosts !== '' && `No answer from ${hosts}: what is there is missing here.`}
    </output>
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
