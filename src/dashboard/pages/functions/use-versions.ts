import { useRead, type ReadState } from '../../state/use-read.ts';
import { useAsk } from '../../state/use.ts';

/** A published version, as the page shows it. */
export interface VersionShown {
  readonly version: string;
  readonly description: string;
  readonly runtime: string;
  readonly memoryMb: number;
  readonly codeBytes: number;
  readonly modified: string;
}

/** An alias, and where it leads: one version, or a share of its calls to another. */
export interface AliasShown {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly shifts: readonly { readonly version: string; readonly share: number }[];
}

export interface VersionsFound {
  /** The newest first. */
  readonly versions: readonly VersionShown[];
  readonly aliases: readonly AliasShown[];
}

/** A function's versions and aliases; read anew when `reason` changes. */
export function useVersions(name: string, reason = 0): ReadState<VersionsFound> {
  const ask = useAsk();
  const path = `/2015-03-31/functions/${encodeURIComponent(name)}`;
  return useRead(`${name} ${reason}`, async (signal) => {
    const all = async (what: string, member: string): Promise<readonly object[]> => {
      const items: object[] = [];
      let Marker = '';
      do {
        const response = await ask({ path: `${path}/${what}`, signal, ...(Marker !== '' && { query: { Marker } }) });
        const page = Object(await response.json());
        items.push(...page[member]);
        Marker = page.NextMarker ?? '';
      } while (Marker !== '');
      return items;
    };
    const [versions, aliases] = await Promise.all([all('versions', 'Versions'), all('aliases', 'Aliases')]);
    const published = versions.map(versionOf).filter(({ version }) => version !== '$LATEST');
    return { versions: published.toReversed(), aliases: aliases.map(aliasOf) };
  });
}

function versionOf(wire: object): VersionShown {
  const { Version, Description, Runtime, MemorySize, CodeSize, LastModified } = Object(wire);
  return {
    version: String(Version),
    description: String(Description ?? ''),
    runtime: String(Runtime ?? ''),
    memoryMb: Number(MemorySize),
    codeBytes: Number(CodeSize),
    modified: String(LastModified),
  };
}

function aliasOf(wire: object): AliasShown {
  const { Name, FunctionVersion, Description, RoutingConfig } = Object(wire);
  const weights: object = RoutingConfig?.AdditionalVersionWeights ?? {};
  return {
    name: String(Name),
    version: String(FunctionVersion),
    description: String(Description ?? ''),
    shifts: Object.entries(weights).map(([version, share]) => ({ version, share: Number(share) })),
  };
}

/** What a call may be of. */
export function qualifiersOf(
  found: VersionsFound | undefined,
): readonly { readonly value: string; readonly title: string }[] {
  return [
    { value: '', title: '$LATEST' },
    ...(found?.aliases ?? []).map(({ name, version }) => ({ value: name, title: `${name} → ${version}` })),
    ...(found?.versions ?? []).map(({ version }) => ({ value: version, title: version })),
  ];
}
