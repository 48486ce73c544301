import type { Widget } from '../cloudwatch.ts';
import { drawChart } from './chart.ts';
import type { Box } from './plot.ts';
import type { Recording } from './recording.ts';
import { formatTime } from './scale.ts';
import { type Span, seriesOf, spanOf } from './series.ts';
import { element, writeText } from './svg.ts';

const WIDTH = 1400;
const MARGIN = 12;
const GAP = 10;
/** How many units of a dashboard's grid are beside each other. */
const COLUMNS = 24;
const ROW_HEIGHT = 46;

/** A dashboard with what was recorded, as an SVG. */
export function drawDashboard(widgets: readonly Widget[], recording: Recording): string {
  const span = spanOf(recording);
  const rows = widgets.reduce((most, { y, height }) => Math.max(most, y + height), 0);
  const height = rows * ROW_HEIGHT + 2 * MARGIN;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: WIDTH,
      height,
      viewBox: `0 0 ${WIDTH} ${height}`,
      'font-family': 'sans-serif',
    },
    element('rect', { width: WIDTH, height, fill: '#f2f3f3' }),
    ...widgets.map((widget) => drawWidget(widget, recording, span)),
  );
}

function drawWidget(widget: Widget, recording: Recording, span: Span): string {
  const unit = (WIDTH - 2 * MARGIN) / COLUMNS;
  const box: Box = {
    x: MARGIN + widget.x * unit + GAP / 2,
    y: MARGIN + widget.y * ROW_HEIGHT + GAP / 2,
    width: widget.width * unit - GAP,
    height: widget.height * ROW_HEIGHT - GAP,
  };
  const { x, y, width, height } = box;
  const card = element('rect', { x, y, width, height, rx: 3, fill: '#fff', stroke: '#d5dbdb' });
  if (widget.type === 'metric') return card + drawChart(widget, seriesOf(widget, recording, span), span, box);
  return card + drawText(widget.properties.markdown, box, span);
}

/** A heading and a paragraph; of other Markdown there is none. */
function drawText(markdown: string, { x, y, width }: Box, { from, to, periodMs }: Span): string {
  const [heading = '', paragraph = ''] = markdown.split('\n\n');
  const time = `${new Date(from).toISOString().slice(0, 10)}, ${formatTime(from)} to ${formatTime(to)} UTC`;
  const drawn = `Drawn from a recording: ${time}, a point for each ${periodMs / 1000} s`;
  return [
    writeText(heading.replace(/^# /, ''), x + 14, y + 32, { size: 19, bold: true }),
    writeText(paragraph.replaceAll('`', ''), x + 14, y + 58, { size: 12, color: '#545b64' }),
    writeText(drawn, x + width - 14, y + 32, { size: 12, color: '#545b64', anchor: 'end' }),
  ].join('');
}
