import { Component, type ReactNode } from 'react';
import { EmptyState } from '../parts/empty-state.tsx';

/** One page that breaks leaves the rest as it is. */
export class Failing extends Component<{ children: ReactNode }, { readonly why?: string }> {
  override state: { readonly why?: string } = {};

  static getDerivedStateFromError(error: unknown): { readonly why: string } {
    return { why: error instanceof Error ? error.message : 'What it failed with is no error.' };
  }

  override render(): ReactNode {
    const { why } = this.state;
    if (why === undefined) return this.props.children;
    return (
      <EmptyState title="This page cannot be shown">
        <p>{why}</p>
        <p>
          <button type="button" onClick={() => location.reload()}>
            Load again
          </button>
        </p>
      </EmptyState>
    );
  }
}
