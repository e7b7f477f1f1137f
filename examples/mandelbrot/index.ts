import { renderTile, type Tile } from './tile.ts';

/** Renders one tile; its shades row by row, base64. */
export async function handler(tile: Tile): Promise<{ shades: string }> {
  return { shades: Buffer.from(renderTile(tile)).toString('base64') };
}
