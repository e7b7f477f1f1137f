import type { ContainerRow, InstanceRow } from '../../../../model/dashboard/overview.ts';
import { age } from '../../../parts/format.ts';
import { inset, laneHead, type Lane } from './layout.ts';
import { piled, type Palette } from './palette.ts';
import type { Scene, Tile } from './scene.ts';

/** What is drawn beside the scene. */
export interface Drawn {
  readonly palette: Palette;
  readonly driver: string;
  /** The service's time, milliseconds since the Unix epoch. */
  readonly nowMs: number;
  readonly selected: string | undefined;
}

type Context = CanvasRenderingContext2D;
const font = 'system-ui, "Liberation Sans", sans-serif';

/** Draws the whole scene. */
export function draw(context: Context, scene: Scene, drawn: Drawn): void {
  const { canvas } = context;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'alphabetic';
  drawLane(
    context,
    scene.lanes.warm,
    'Warming pool',
    laneCount(scene.counts.warm, scene.counts.booting),
    drawn.palette,
  );
  drawLane(context, scene.lanes.active, 'Active pool', `${scene.counts.active}`, drawn.palette);
  if (scene.counts.warm + scene.counts.booting === 0)
    drawHint(context, scene.lanes.warm, 'Nothing is kept warm.', drawn.palette);
  if (scene.counts.active === 0)
    drawHint(context, scene.lanes.active, 'An instance comes here with its first call.', drawn.palette);
  for (const tile of scene.tiles.values()) {
    context.globalAlpha = tile.alpha;
    drawTile(context, scene, tile, drawn);
  }
  context.globalAlpha = 1;
}

function laneCount(warm: number, booting: number): string {
  return booting === 0 ? `${warm}` : `${warm} and ${booting} booting`;
}

function drawLane(
  context: Context,
  lane: Lane,
  title: string,
  how: string,
  { text, muted, lane: fill, line }: Palette,
): void {
  context.beginPath();
  context.roundRect(
    lane.x - inset + 0.5,
    lane.y - laneHead + 0.5,
    lane.width + 2 * inset - 1,
    lane.height + laneHead + inset - 1,
    8,
  );
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = line;
  context.stroke();
  context.font = `600 13px ${font}`;
  context.fillStyle = text;
  context.fillText(title, lane.x, lane.y - 13);
  const { width } = context.measureText(`${title}  `);
  context.font = `13px ${font}`;
  context.fillStyle = muted;
  context.fillText(how, lane.x + width, lane.y - 13);
}

/** In the middle of a lane that has nothing in it. */
function drawHint(context: Context, lane: Lane, words: string, { muted }: Palette): void {
  context.font = `12px ${font}`;
  context.fillStyle = muted;
  context.textAlign = 'center';
  context.fillText(words, lane.x + lane.width / 2, lane.y + lane.height / 2, lane.width);
  context.textAlign = 'start';
}

function drawTile(context: Context, { detail }: Scene, tile: Tile, drawn: Drawn): void {
  const { x, y, width, height, row } = tile;
  const { palette } = drawn;
  const radius = Math.min(7, width / 5);
  context.beginPath();
  context.roundRect(x + 0.5, y + 0.5, width - 1, height - 1, radius);
  if (row === undefined) {
    context.setLineDash([4, 3]);
    context.strokeStyle = palette.lineStrong;
    context.stroke();
    context.setLineDash([]);
    if (detail.name === 'large' || detail.name === 'medium')
      label(context, 'booting', x + 10, y + 20, width - 20, `12px ${font}`, palette.muted);
    return;
  }
  context.fillStyle = palette.surface;
  context.fill();
  context.strokeStyle = outlineOf(tile, row, drawn);
  context.lineWidth = drawn.selected === tile.key ? 2 : 1;
  context.stroke();
  context.lineWidth = 1;
  if (detail.name === 'large') drawWords(context, tile, row, drawn);
  else if (detail.name === 'medium') label(context, row.id, x + 8, y + 18, width - 16, `11px ${font}`, palette.text);
  const place = cellsPlace(detail.name, tile);
  if (detail.name === 'dot') drawLevels(context, row.containers, palette, place);
  else drawCells(context, tile, row.containers, palette, place);
}

function outlineOf(tile: Tile, { state }: InstanceRow, { palette, selected }: Drawn): string {
  if (selected === tile.key) return palette.accent;
  if (tile.leaving || state === 'retiring') return palette.dying;
  return state === 'paused' ? palette.lineStrong : palette.line;
}

function drawWords(context: Context, { x, y, width }: Tile, row: InstanceRow, { palette, driver, nowMs }: Drawn): void {
  const old = age(nowMs - row.bornAtMs);
  context.font = `11px ${font}`;
  const ageWidth = context.measureText(old).width;
  context.fillStyle = palette.muted;
  context.fillText(old, x + width - 10 - ageWidth, y + 18);
  label(context, row.id, x + 10, y + 18, width - 30 - ageWidth, `600 12px ${font}`, palette.text);
  label(context, `${driver} · ${row.configuration}`, x + 10, y + 32, width - 20, `11px ${font}`, palette.muted);
  label(context, belongsTo(row), x + 10, y + 45, width - 20, `11px ${font}`, palette.muted);
}

/** Whose an instance is, and what else is to be known of it, in a few words. */
export function belongsTo({ state, account, dedicatedTo, tenantId, host }: InstanceRow): string {
  const words = [
    ...(account === undefined ? ['nobody’s yet'] : [`account ${account}`]),
    ...(state === 'retiring' || state === 'paused' ? [state] : []),
    ...(dedicatedTo === undefined ? [] : [`for ${dedicatedTo}`]),
    ...(tenantId === undefined ? [] : [`tenant ${tenantId}`]),
    ...(host === undefined ? [] : [`on ${host}`]),
  ];
  return words.join(' · ');
}

function label(
  context: Context,
  text: string,
  x: number,
  y: number,
  width: number,
  inFont: string,
  colour: string,
): void {
  context.font = inFont;
  context.fillStyle = colour;
  let shown = text;
  while (shown.length > 1 && context.measureText(shown).width > width) shown = `${shown.slice(0, -2)}…`;
  context.fillText(shown, x, y);
}

function cellsPlace(
  name: Scene['detail']['name'],
  { x, y, width, height }: Tile,
): { x: number; y: number; width: number; height: number } {
  if (name === 'large') return { x: x + 10, y: y + height - 19, width: width - 20, height: 12 };
  if (name === 'medium') return { x: x + 8, y: y + height - 22, width: width - 16, height: 13 };
  const edge = name === 'small' ? 5 : name === 'tiny' ? 3 : 1;
  return { x: x + edge, y: y + edge, width: width - 2 * edge, height: height - 2 * edge };
}

/** Where cells would be too small to be told apart: how many containers are in each state, as a pile. */
function drawLevels(context: Context, containers: readonly ContainerRow[], { states }: Palette, place: Lane): void {
  let y = place.y + place.height;
  for (const state of piled) {
    const height = (place.height * containers.filter((one) => one.state === state).length) / containers.length;
    if (!(height > 0)) continue;
    y -= height;
    context.fillStyle = states[state];
    context.fillRect(place.x, y, place.width, height);
  }
}

function drawCells(
  context: Context,
  tile: Tile,
  containers: readonly ContainerRow[],
  { states, text }: Palette,
  place: { x: number; y: number; width: number; height: number },
): void {
  if (containers.length === 0) return;
  // As square as they can be, in as many rows as that takes.
  const rows = Math.max(1, Math.round(Math.sqrt((containers.length * place.height) / place.width)));
  const columns = Math.ceil(containers.length / rows);
  const gap = place.height > 10 ? 2 : 1;
  const width = Math.min(place.height > 12 ? 26 : place.width, (place.width + gap) / columns - gap);
  const height = (place.height + gap) / rows - gap;
  const { alpha } = tile;
  for (const [n, { id, state }] of containers.entries()) {
    const x = place.x + (n % columns) * (width + gap);
    const y = place.y + Math.floor(n / columns) * (height + gap);
    context.fillStyle = states[state];
    context.fillRect(x, y, width, height);
    const glow = tile.glow.get(id);
    if (glow === undefined) continue;
    context.globalAlpha = alpha * glow;
    context.fillStyle = states.running;
    context.fillRect(x, y, width, height);
    context.globalAlpha = alpha * glow * 0.5;
    context.strokeStyle = text;
    context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
    context.globalAlpha = alpha;
  }
}
