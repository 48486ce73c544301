import type { MetricWidget } from '../cloudwatch.ts';
import { type Box, drawAxis, drawGrid, layOut, type Plot, QUIET, SMALL } from './plot.ts';
import { formatNumber } from './scale.ts';
import type { Series, Span } from './series.ts';
import { drawThrough, element, widthOf, writeText } from './svg.ts';

/** One widget, as CloudWatch shows it: a title, lines or areas over time, thresholds, and what is which. */
export function drawChart(
  { properties }: MetricWidget,
  series: readonly Series[],
  span: Span,
  box: Box,
): string {
  const { title, stacked, yAxis, annotations } = properties;
  const shown = stacked ? stack(series, span) : series;
  // That of a sum is one for its own period.
  const comparable = properties.stat !== 'Sum' || properties.period * 1000 === span.periodMs;
  const thresholds = comparable ? (annotations?.horizontal ?? []) : [];
  const plot = layOut(shown, thresholds, span, box, yAxis.right !== undefined);
  const nothing = series.every(({ points }) => points.length === 0);
  return [
    writeText(title, box.x + 14, box.y + 22, { size: 13, bold: true }),
    drawGrid(plot, span),
    drawAxis(plot, yAxis.left.label, 'left'),
    yAxis.right === undefined ? '' : drawAxis(plot, yAxis.right.label, 'right'),
    ...(stacked
      ? shown.toReversed().map((each) => drawArea(each, plot))
      : shown.map((each) => drawLine(each, plot, span))),
    ...thresholds.map((each) => drawThreshold(each, plot)),
    nothing
      ? writeText('nothing was recorded', plot.x + plot.width / 2, plot.y + plot.height / 2, {
          size: 11.5,
          color: '#879596',
          anchor: 'middle',
        })
      : '',
    drawLegend(series, box),
  ].join('\n');
}

/** Each series on top of those before it, with a point for every period in which any of them has one. */
function stack(series: readonly Series[], { periodMs }: Span): readonly Series[] {
  const times = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].toSorted(
    (a, b) => a - b,
  );
  const gaps = times.filter((at) => !times.includes(at + periodMs)).map((at) => at + periodMs);
  const all = [...times, ...gaps].toSorted((a, b) => a - b);
  const sums = new Map(all.map((at) => [at, 0]));
  return series.map((each) => {
    for (const { at, value } of each.points) sums.set(at, (sums.get(at) ?? 0) + value);
    return { ...each, points: all.map((at) => ({ at, value: sums.get(at) ?? 0 })) };
  });
}

function drawArea({ points, color }: Series, { xOf, yOf }: Plot): string {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return '';
  const top = points.map(({ at, value }) => [xOf(at), yOf(value, 'left')] as const);
  const ground = yOf(0, 'left');
  const d = `${drawThrough([[xOf(first.at), ground], ...top, [xOf(last.at), ground]])}Z`;
  return element('path', { d, fill: color, stroke: 'none' });
}

/** Lines between periods that follow one another. Whatever stands alone is a dot. */
function drawLine({ points, color, axis }: Series, { xOf, yOf }: Plot, { periodMs }: Span): string {
  const runs: (readonly [number, number])[][] = [];
  let before = Number.NaN;
  for (const { at, value } of points) {
    if (at - before !== periodMs) runs.push([]);
    runs.at(-1)?.push([xOf(at), yOf(value, axis)]);
    before = at;
  }
  return runs
    .map((run) => {
      const [[x, y] = [0, 0]] = run;
      if (run.length === 1) return element('circle', { cx: x, cy: y, r: 2.2, fill: color });
      return element('path', {
        d: drawThrough(run),
        fill: 'none',
        stroke: color,
        'stroke-width': 1.8,
        'stroke-linejoin': 'round',
      });
    })
    .join('');
}

function drawThreshold(
  { label, value, color }: { readonly label: string; readonly value: number; readonly color: string },
  { x, width, yOf }: Plot,
): string {
  const y = yOf(value, 'left');
  const line = {
    d: drawThrough([
      [x, y],
      [x + width, y],
    ]),
    stroke: color,
    'stroke-dasharray': '4 3',
  };
  const isLow = y > yOf(0, 'left') - 20;
  const text = `${label} above ${formatNumber(value)}`;
  return (
    element('path', line) +
    writeText(text, x + width - 4, isLow ? y - 5 : y + 13, { size: SMALL, color, anchor: 'end', halo: true })
  );
}

function drawLegend(series: readonly Series[], box: Box): string {
  let x = box.x + 16;
  const y = box.y + box.height - 10;
  return series
    .map(({ label, color, points }) => {
      // Empty where there is nothing of it.
      const fill = points.length === 0 ? 'none' : color;
      const square = { x, y: y - 9, width: 9, height: 9, rx: 2, fill, stroke: color };
      const written = writeText(label, x + 15, y, { size: SMALL, color: QUIET });
      x += 27 + widthOf(label, SMALL);
      return element('rect', square) + written;
    })
    .join('');
}
