/** `npm run bench -- SCENARIO`: measures this service beside other ways to build it. See docs/performance.md. */
import { Command, CommanderError } from 'commander';
import { runCommand } from '../command-line/options.ts';
import { Report } from './report.ts';
import type { Scenario } from './scenario.ts';
import { coldStart } from './scenarios/cold-start.ts';
import { costs } from './scenarios/costs.ts';
import { officialSdk } from './scenarios/official-sdk.ts';
import { sweep } from './scenarios/sweep.ts';
import { throughput } from './scenarios/throughput.ts';
import { warm } from './scenarios/warm.ts';

const scenarios: readonly Scenario[] = [coldStart, warm, throughput, sweep, costs, officialSdk];

const program = new Command('npm run bench --')
  .description(`Measures this service. Without a scenario: ${coldStart.name}.`)
  .exitOverride();
for (const scenario of scenarios) {
  const command = program.command(scenario.name, { isDefault: scenario === coldStart });
  command.description(scenario.summary);
  scenario.addOptions(command);
  command
    .option('--json', 'print one JSON document, with the values of all rounds')
    .option('--check', 'exit with status 1 if a limit is exceeded')
    .action(async (options: { readonly json?: boolean; readonly check?: boolean }) => {
      const report = new Report(options);
      await scenario.run(options, report);
      if (!report.end() && options.check === true) process.exitCode = 1;
    });
}

await runCommand(async () => {
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed the reason. Help is no error.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
});
