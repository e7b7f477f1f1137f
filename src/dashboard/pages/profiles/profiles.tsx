import '../../parts/parts.css';
import './profiles.css';
import type { ReactNode } from 'react';
import { hrefOf, usePlace } from '../../app/router.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { milliseconds, percent, plural } from '../../parts/format.ts';
import { PageHead } from '../../parts/page-head.tsx';
import type { CallShown, ProfileShown } from '../../../model/call-profiles.ts';
import { useTopic } from '../../state/use.ts';

/** What functions call, how often and how soon, and what is prepared because of that. */
export function Profiles(): ReactNode {
  const { rows, known, error } = useTopic<ProfileShown>('profiles');
  const names = [...rows.keys()].toSorted((a, b) => a.localeCompare(b));
  const asked = usePlace().rest[0];
  const shown = rows.get(asked ?? '') ?? rows.get(names[0] ?? '');
  return (
    <>
      <PageHead title="Profiles">
        {known && rows.size > 0 && `${plural(rows.size, 'function')} that ${rows.size === 1 ? 'calls' : 'call'} others`}
      </PageHead>
      {error !== undefined && <p className="problem">{error}</p>}
      {known && shown === undefined && (
        <EmptyState title="No function has called another yet" command="heddle invoke NAME">
          <p>
            What functions call through the service is learned while they do, and prepared when it is certain enough.
          </p>
        </EmptyState>
      )}
      {shown !== undefined && (
        <div className="profiles">
          <nav className="card profiles-list" aria-label="Functions">
            <ul>
              {names.map((name) => (
                <li key={name}>
                  <a href={hrefOf('profiles', [name])} aria-current={name === shown.function ? 'true' : undefined}>
                    {name}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <Tree profile={shown} />
        </div>
      )}
    </>
  );
}

function Tree({ profile }: { profile: ProfileShown }): ReactNode {
  const { function: name, runs, prediction, why, certaintyMin, calls, hosts } = profile;
  return (
    <section className="card" aria-label={`What ${name} calls`}>
      <h2>
        <a href={hrefOf('functions', [name])}>{name}</a>{' '}
        <span className="muted small profiles-runs">
          {plural(Math.round(runs), 'run counts', 'runs count')}
          {prediction === 'off' && `, off: ${why ?? ''}`}
        </span>
      </h2>
      <p className="muted small">
        ✓ is prepared while its caller runs: more certain than {percent(certaintyMin)}, and soon enough.
      </p>
      <Calls calls={calls} />
      {hosts.length > 0 && (
        <>
          <h3 className="profiles-hosts">Connects to</h3>
          <ul className="profiles-calls">
            {hosts.map(({ host, perRun }) => (
              <li key={host} className="profiles-host">
                <code>{host}</code> <span className="muted small">{perRun.toFixed(1)} connections a run</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Calls({ calls }: { calls: readonly CallShown[] }): ReactNode {
  return (
    <ul className="profiles-calls">
      {calls.map((call) => (
        <li key={`${call.name}:${call.qualifier ?? ''}`}>
          <Call call={call} />
          {call.calls !== undefined && call.calls.length > 0 && <Calls calls={call.calls} />}
        </li>
      ))}
    </ul>
  );
}

function Call({ call }: { call: CallShown }): ReactNode {
  const { name, qualifier, kinds, share, perRun, delayMs, spreadMs, certainty, prepared, why, useful, wasted } = call;
  return (
    <div className="profiles-call">
      <div className="profiles-name">
        <span className={prepared ? 'tone-good' : 'muted'} aria-hidden="true">
          {prepared ? '✓' : '·'}
        </span>{' '}
        <a href={hrefOf('functions', [name])}>{qualifier === undefined ? name : `${name}:${qualifier}`}</a>{' '}
        <span className="muted small">{kinds.join(', ')}</span>
      </div>
      <div className="profiles-share">
        <span className="profiles-track" aria-hidden="true">
          <span
            className={prepared ? 'profiles-fill profiles-sure' : 'profiles-fill'}
            style={{ width: `${100 * certainty}%` }}
          />
        </span>
        <span className="small nowrap">{percent(certainty)} certain</span>
      </div>
      <div className="small muted">
        {percent(share)} of runs{perRun > 1.05 && `, ${perRun.toFixed(1)} times each`}, after {milliseconds(delayMs)} ±{' '}
        {milliseconds(spreadMs)}
        {prepared
          ? useful + wasted > 0 && `; prepared: ${Math.round(useful)} useful, ${Math.round(wasted)} in vain`
          : why !== undefined && `; not prepared: ${why}`}
      </div>
    </div>
  );
}
