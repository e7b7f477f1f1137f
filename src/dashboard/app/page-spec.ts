import type { ComponentType } from 'react';

/** A page of the dashboard, as the navigation knows it. */
export interface PageSpec {
  /** What stands behind `#/`. */
  readonly name: string;
  readonly title: string;
  /** Path data of its icon, drawn with lines in a square of 24 by 24. */
  readonly icon: string;
  /** A topic without which there is nothing to show: where the service says that it is not there, the page is not offered. */
  readonly needs?: string;
  /** Its topic, and a stream with that in it, is refused to all others. */
  readonly operatorsOnly?: true;
  /** Loads it when it is opened first. */
  readonly load: () => Promise<ComponentType>;
}
