/** `npm run soak`: thousands of events while calls fail and processes are killed, and checks of the result. See docs/soak.md. */
import { runCommand } from '../../command-line/options.ts';
import { describeReport, toDocument } from './report.ts';
import { runSoak } from './run-soak.ts';
import { readSoakOptions } from './soak-options.ts';

await runCommand(async () => {
  const options = readSoakOptions(process.argv.slice(2));
  const { events, seed, json } = options;
  // Standard output is for the report alone, where it is read by a program.
  const print = json ? console.error : console.log;
  print(`${events} events, seed ${seed}`);
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => interruption.abort(new Error(`The soak test was interrupted (${name}).`)));
  }
  const report = await runSoak(options, print, interruption.signal);
  console.log(json ? JSON.stringify(toDocument(report), null, 2) : describeReport(report));
  if (report.problems.length > 0) process.exitCode = 1;
});
