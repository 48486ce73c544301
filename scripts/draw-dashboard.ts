/** `npm run dashboard`: the dashboard of a stage with the metrics of a recording, as a picture. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, ROOT, runCommand, UsageError } from '../command-line/options.ts';
import { dashboardWidgets } from './cloudwatch.ts';
import { drawDashboard } from './dashboard/draw-dashboard.ts';
import { readRecording } from './dashboard/recording.ts';
import { renderPng } from './dashboard/render-png.ts';

const USAGE = `npm run dashboard -- RECORDING [--out FILE]
  RECORDING: what npm run soak -- --record RECORDING has written
  FILE: a .png or an .svg; docs/dashboard.png if missing`;

function readOptions(): { readonly recording: string; readonly out: string } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { out: { type: 'string', default: join(ROOT, 'docs/dashboard.png') } },
    });
    const [recording, ...others] = positionals;
    if (recording !== undefined && others.length === 0) return { recording, out: values.out };
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\n${USAGE}`, { cause: error });
  }
  throw new UsageError(USAGE);
}

await runCommand(async () => {
  const { recording: file, out } = readOptions();
  const recording = await readRecording(file);
  const svg = drawDashboard(dashboardWidgets(recording.stage), recording);
  await writeFile(out, out.endsWith('.svg') ? svg : renderPng(svg));
  console.log(`${out}: ${recording.samples.length} samples of stage ${recording.stage}`);
});
