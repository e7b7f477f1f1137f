import { useState, type ReactNode } from 'react';
import { bytes, count, milliseconds } from '../../parts/format.ts';
import { timeOf } from '../../parts/times.ts';
import type { FunctionRow } from '../../../model/dashboard/functions.ts';
import { useRead } from '../../state/use-read.ts';
import { useAsk } from '../../state/use.ts';

type Line = readonly [name: string, value: ReactNode];

/** What a function is set to. Values of its variables are shown on demand: they may be secret. */
export function Configuration({ row }: { row: FunctionRow }): ReactNode {
  const ask = useAsk();
  const { found: wire, error } = useRead(`${row.name} ${row.modifiedAt}`, async (signal) => {
    const response = await ask({ path: `/2015-03-31/functions/${encodeURIComponent(row.name)}`, signal });
    const found: Readonly<Record<string, unknown>> = Object(await response.json());
    return found;
  });
  if (error !== '') return <p className="problem">{error}</p>;
  if (wire === undefined) return <p className="muted">…</p>;
  const configuration = Object(wire['Configuration']);
  const tags: Readonly<Record<string, unknown>> = Object(wire['Tags'] ?? {});
  const variables: Readonly<Record<string, unknown>> = Object(configuration.Environment?.Variables ?? {});
  const concurrency = Object(wire['Concurrency'] ?? {}).ReservedConcurrentExecutions;
  const lines: readonly Line[] = [
    ['ARN', <code key="arn">{text(configuration.FunctionArn)}</code>],
    ['Handler', <code key="handler">{text(configuration.Handler)}</code>],
    ['Runtime', row.runtime],
    ['Memory', `${count(row.memoryMb)} MB`],
    ['Time-out', milliseconds(row.timeoutMs)],
    ['Code', `${bytes(row.codeBytes)}, SHA-256 ${text(configuration.CodeSha256)}`],
    ['Layers', layersOf(configuration.Layers)],
    ['Modified', timeOf(row.modifiedAt)],
    [
      'May connect to',
      tags['heddle:egress'] === undefined ? 'what the service allows by default' : text(tags['heddle:egress']),
    ],
    ['Reserved concurrency', concurrency === undefined ? 'none' : count(Number(concurrency))],
    ['Dead letters', text(configuration.DeadLetterConfig?.TargetArn) || 'nowhere'],
    ['Log format', text(configuration.LoggingConfig?.LogFormat) || 'Text'],
    ['Description', row.description || '–'],
  ];
  return (
    <>
      <section className="card" aria-label="Configuration">
        <dl className="functions-settings">
          {lines.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      {Object.keys(variables).length > 0 && <Variables variables={variables} />}
      {Object.keys(tags).length > 0 && (
        <section className="card">
          <h2>Tags</h2>
          <dl className="functions-settings">
            {Object.entries(tags).map(([name, value]) => (
              <div key={name}>
                <dt>
                  <code>{name}</code>
                </dt>
                <dd>{text(value)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}

function Variables({ variables }: { variables: Readonly<Record<string, unknown>> }): ReactNode {
  const [shown, setShown] = useState(false);
  return (
    <section className="card">
      <h2 className="functions-form-head">
        Environment
        <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)}>
          {shown ? 'Hide values' : 'Show values'}
        </button>
      </h2>
      <dl className="functions-settings">
        {Object.entries(variables).map(([name, value]) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>{shown ? <code>{text(value)}</code> : '••••••'}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function layersOf(layers: unknown): string {
  if (!Array.isArray(layers) || layers.length === 0) return 'none';
  return layers.map((layer) => text(Object(layer).Arn).split(':').slice(-2).join(':')).join(', ');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
