import { useEffect, useRef, useState, type PointerEvent, type ReactNode } from 'react';
import type { InstanceRow } from '../../../../model/dashboard/overview.ts';
import { onTheme } from '../../../app/theme.ts';
import { useShared } from '../../../state/use.ts';
import { draw } from './draw.ts';
import { InstanceDetails } from './instance-details.tsx';
import { Scene } from './scene.ts';
import { currentPalette } from './palette.ts';

/** What the picture is of. */
export interface InstanceFieldProps {
  readonly rows: ReadonlyMap<string, InstanceRow>;
  /** Instances that are being booted. */
  readonly booting: number;
  readonly driver: string;
}

/** While nothing moves, ages go on, ms. */
const agesMs = 1_000;

/** Draws the scene for as long as something moves, and then once a second. Gives what is called when there is something new, and how to stop. */
function animate(
  canvas: HTMLCanvasElement,
  scene: Scene,
  told: () => { driver: string; nowMs: number; selected: string | undefined },
): { readonly wake: () => void; readonly stop: () => void } {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let palette = currentPalette();
  let frame: number | undefined;
  let last = 0;
  const show = (at: number): void => {
    const moves = scene.step(last === 0 ? 16 : Math.min(64, at - last), still.matches);
    last = moves ? at : 0;
    const context = canvas.getContext('2d');
    if (context !== null) draw(context, scene, { palette, ...told() });
    frame = moves ? requestAnimationFrame(show) : undefined;
  };
  const wake = (): void => void (frame ??= requestAnimationFrame(show));
  const ages = setInterval(wake, agesMs);
  const stopTheme = onTheme(() => {
    palette = currentPalette();
    wake();
  });
  const stop = (): void => {
    clearInterval(ages);
    stopTheme();
    if (frame !== undefined) cancelAnimationFrame(frame);
  };
  return { wake, stop };
}

/** Both pools as a picture: each instance a tile with its containers in it, which moves as it is allocated, used and destroyed. */
export function InstanceField({ rows, booting, driver }: InstanceFieldProps): ReactNode {
  const { store } = useShared();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scene] = useState(() => new Scene());
  const [selected, setSelected] = useState<string>();
  const [size, setSize] = useState({ width: 0, height: 0 });
  const wake = useRef<() => void>(() => undefined);
  const drawn = useRef({ driver, selected });
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const animation = animate(element, scene, () => ({ ...drawn.current, nowMs: Date.now() + store.aheadMs }));
    wake.current = animation.wake;
    const resize = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      animation.stop();
    };
  }, [scene, store]);
  useEffect(() => {
    const element = canvas.current;
    if (element === null || size.width === 0) return;
    const [width, height] = [Math.round(size.width * devicePixelRatio), Math.round(size.height * devicePixelRatio)];
    if (element.width !== width || element.height !== height) {
      [element.width, element.height] = [width, height];
      element.getContext('2d')?.scale(devicePixelRatio, devicePixelRatio);
    }
    drawn.current = { driver, selected };
    scene.update(rows, booting, size.width, size.height, matchMedia('(prefers-reduced-motion: reduce)').matches);
    wake.current();
  }, [rows, booting, driver, selected, size, scene]);
  const pick = (event: PointerEvent<HTMLCanvasElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const found = scene.at(event.clientX - box.left, event.clientY - box.top);
    if (found?.row !== undefined) setSelected(found.key);
  };
  return (
    <>
      <canvas
        ref={canvas}
        className="overview-field"
        aria-label={summaryOf(rows, booting)}
        // No element but this stands for what is drawn as it changes.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="img"
        onPointerMove={pick}
        onPointerDown={pick}
      />
      <InstanceDetails rows={rows} selected={selected} select={setSelected} driver={driver} />
    </>
  );
}

/** The picture in a sentence. */
function summaryOf(rows: ReadonlyMap<string, InstanceRow>, booting: number): string {
  const all = [...rows.values()];
  const warm = all.filter(({ state }) => state === 'warm').length;
  const busy = all.flatMap(({ containers }) => containers).filter(({ state }) => state === 'running').length;
  return `${warm} instances in the warming pool, ${booting} booting, ${all.length - warm} in the active pool, ${busy} containers busy.`;
}
