import type { Command } from 'commander';
import { addChangingOptions, formatExamples } from '../changing.ts';
import { formatLetter, formatLetters, readLetter } from '../dead-letter-report.ts';
import { findLetter, withDeadLetters } from '../dead-letter-session.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { act, type GlobalOptions, type Run } from '../run.ts';
import { openStage } from '../stage.ts';
import { count } from '../table.ts';
import { dropLetters, type LetterOptions, retryLetters } from './failed-changes.ts';

export function addFailed(program: Command): void {
  const failed = program
    .command('failed')
    .summary('look through the dead-letter queue')
    .description('Shows what a person has to see, and why; tries it again, or drops it.');

  failed
    .command('list')
    .description('Lists every message of the dead-letter queue.')
    .addHelpText('after', formatExamples('failed list --stage prod'))
    .action(function () {
      const options = this.optsWithGlobals<GlobalOptions>();
      return act(options, (run) => list(options, run));
    });

  failed
    .command('show')
    .argument('<ID>', "the message's id, or its beginning")
    .description('Shows all of a message.')
    .addHelpText('after', formatExamples('failed show 3f1c --stage prod'))
    .action(function () {
      const options = this.optsWithGlobals<GlobalOptions>();
      return act(options, (run) => show(this.args[0] ?? '', options, run));
    });

  addChangingOptions(failed.command('retry').argument('[ID]', "the message's id, or its beginning"))
    .description('Puts a message back into the queue that it came from, so that it is tried again.')
    .option('--all', 'every message')
    .addHelpText(
      'after',
      formatExamples('failed retry 3f1c --stage prod', 'failed retry --all --stage prod --yes'),
    )
    .action(function () {
      const options = this.optsWithGlobals<LetterOptions>();
      return act(options, (run) => retryLetters(this.args[0], options, run));
    });

  addChangingOptions(failed.command('drop').argument('[ID]', "the message's id, or its beginning"))
    .description('Deletes a message for good.')
    .option('--all', 'every message')
    .addHelpText('after', formatExamples('failed drop 3f1c --stage prod'))
    .action(function () {
      const options = this.optsWithGlobals<LetterOptions>();
      return act(options, (run) => dropLetters(this.args[0], options, run));
    });
}

async function list(options: GlobalOptions, run: Run): Promise<ExitStatus> {
  const stage = await openStage(options);
  await withDeadLetters(stage, run, (letters) => {
    run.result({ stage: stage.name, messages: letters.map(readLetter) }, () =>
      letters.length === 0 ? '' : formatLetters(letters),
    );
    run.say(`${count(letters.length, 'message')} in the dead-letter queue of ${stage.name}.`);
    return Promise.resolve();
  });
  return EXIT.done;
}

async function show(id: string, options: GlobalOptions, run: Run): Promise<ExitStatus> {
  const stage = await openStage(options);
  await withDeadLetters(stage, run, (letters) => {
    const letter = findLetter(letters, id);
    run.result(readLetter(letter), () => formatLetter(letter));
    return Promise.resolve();
  });
  return EXIT.done;
}
