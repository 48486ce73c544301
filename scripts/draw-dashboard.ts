/** `npm run dashboard`: draws the dashboard of `serverless.yml` with the metrics of a recording. */
import { writeFile } from 'node:fs/promises';
import { Resvg } from '@resvg/resvg-js';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { runCommand, UsageError } from '../command-line/options.ts';
import { dashboardWidgets } from './cloudwatch.ts';
import { describeDashboard } from './dashboard/charts.ts';
import { type Recording, readRecording } from './dashboard/recording.ts';

const USAGE =
  'Usage: npm run dashboard -- RECORDING FILE.png, with a RECORDING of npm run soak -- --record RECORDING';

/** The dashboard of a recording's stage, as an SVG. */
export async function drawDashboard(recording: Recording): Promise<string> {
  const description = describeDashboard(dashboardWidgets(recording.stage), recording);
  return new View(parse(compile(description).spec)).toSVG();
}

/** A PNG with the fonts of this machine, for screens with more than one pixel per CSS pixel. */
export function renderPng(svg: string): Buffer {
  const font = { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans' };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: 1.5 } }).render().asPng();
}

if (import.meta.main) {
  await runCommand(async () => {
    const [file, out, ...others] = process.argv.slice(2);
    if (file === undefined || out === undefined || others.length > 0) throw new UsageError(USAGE);
    const recording = await readRecording(file);
    await writeFile(out, renderPng(await drawDashboard(recording)));
    console.log(`${out}: ${recording.samples.length} samples of stage ${recording.stage}`);
  });
}
