import type { ReactNode } from 'react';
import { TableFrame } from '../../parts/scrolling.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { bytes, count, percent } from '../../parts/format.ts';
import { timeOf } from '../../parts/times.ts';
import type { FunctionRow } from '../../../model/dashboard/functions.ts';
import { useVersions, type AliasShown } from './use-versions.ts';
import { Headings, type Heading } from '../../parts/headings.tsx';

const headings: readonly Heading[] = [
  { title: 'Version' },
  { title: 'Published' },
  { title: 'Runtime', wide: true },
  { title: 'Memory', number: true },
  { title: 'Code', number: true },
  { title: 'Description', wide: true },
];

/** Published versions and aliases. */
export function Versions({ row: { name, versions, modifiedAt } }: { row: FunctionRow }): ReactNode {
  const { found, error } = useVersions(name, versions + modifiedAt);
  if (error !== '') return <p className="problem">{error}</p>;
  if (found === undefined) return <p className="muted">…</p>;
  if (found.versions.length === 0 && found.aliases.length === 0)
    return (
      <EmptyState
        title="Only what was deployed last"
        command={`heddle publish ${name}\nheddle alias set ${name}:live 1`}
      >
        <p>A version keeps code and configuration as they are now; an alias is a name for one, or for two of them.</p>
      </EmptyState>
    );
  return (
    <>
      {found.aliases.length > 0 && (
        <section className="card">
          <h2>Aliases</h2>
          <ul className="functions-aliases">
            {found.aliases.map((alias) => (
              <Alias key={alias.name} alias={alias} />
            ))}
          </ul>
        </section>
      )}
      <TableFrame label="Versions">
        <table>
          <Headings of={headings} />
          <tbody>
            {found.versions.map((one) => (
              <tr key={one.version}>
                <td>
                  <b>{one.version}</b>
                </td>
                <td className="nowrap">{timeOf(Date.parse(one.modified.replace(/\+0000$/, 'Z')))}</td>
                <td className="wide-only">{one.runtime}</td>
                <td className="number nowrap">{count(one.memoryMb)} MB</td>
                <td className="number nowrap">{bytes(one.codeBytes)}</td>
                <td className="wide-only muted">{one.description}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </>
  );
}

function Alias({ alias: { name, version, shifts, description } }: { alias: AliasShown }): ReactNode {
  const shifted = shifts.reduce((sum, { share }) => sum + share, 0);
  return (
    <li>
      <b>{name}</b> → {version} {shifts.length > 0 && `(${percent(1 - shifted)})`}
      {shifts.map((one) => (
        <span key={one.version}>
          {' '}
          and {one.version} ({percent(one.share)})
        </span>
      ))}{' '}
      <span className="muted small">{description}</span>
    </li>
  );
}
