import { Resvg } from '@resvg/resvg-js';

/** For screens on which a pixel of a page is more than one. */
const ZOOM = 1.5;

/** With the fonts of this machine: DejaVu, where there is one. */
export function renderPng(svg: string): Buffer {
  const font = { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: ZOOM } }).render().asPng();
}
