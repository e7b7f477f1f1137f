import type { AnnotationQuery, Dashboard, DataQuery, Panel, RowPanel } from '@grafana/schema';
import type * as Heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as Stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as TimeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** The same with enumerations by their values: JSON has no others. */
type Plain<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : { [K in keyof T]: Plain<T[K]> };

/** What is not said is Grafana's default. */
type Part<T> = { [K in keyof T]?: T[K] extends object | undefined ? Part<T[K]> : T[K] };

/** What Prometheus is asked. */
interface Query extends DataQuery {
  expr: string;
  legendFormat?: string;
  format?: 'heatmap' | 'time_series' | 'table';
  instant?: boolean;
  range?: boolean;
  exemplar?: boolean;
  interval?: string;
}

/** A panel of one kind. */
interface Of<Type extends string, Options, Custom> extends Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> {
  type: Type;
  options: Options;
  targets: Query[];
  fieldConfig: Omit<NonNullable<Panel['fieldConfig']>, 'defaults'> & {
    defaults: Omit<NonNullable<Panel['fieldConfig']>['defaults'], 'custom'> & { custom?: Custom };
  };
}

type Known =
  | Of<'timeseries', Part<TimeSeries.Options>, Part<TimeSeries.FieldConfig>>
  | Of<'stat', Part<Stat.Options>, never>
  | Of<'heatmap', Part<Heatmap.Options>, Part<Heatmap.FieldConfig>>;

/** Of Prometheus' annotations more is read than is published. */
interface Mark extends AnnotationQuery {
  expr?: string;
  titleFormat?: string;
  textFormat?: string;
  tagKeys?: string;
  step?: string;
  useValueForTime?: boolean;
}

type Row = Omit<RowPanel, 'panels'> & { panels: Known[] };

/** A dashboard as Grafana's own types have it, with panels of the kinds that ours uses, and queries of Prometheus. */
export type GrafanaDashboard = Plain<
  Omit<Dashboard, 'panels' | 'annotations'> & { annotations: { list: Mark[] }; panels: (Known | Row)[] }
>;
