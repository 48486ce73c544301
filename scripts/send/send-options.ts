import { parseArgs } from 'node:util';
import { messageOf, UsageError } from '../../command-line/options.ts';
import { isSecretReference } from '../../lib/secret-reference.ts';
import { SAMPLE_EVENTS, type SampleEvent } from './sender.ts';

const SEND_USAGE =
  'Usage: npm run send -- SOURCE [--stage NAME | --config FILE] [--url URL] [--repository NAME] ' +
  '[--event deletion|ping] [--secret REFERENCE] [--dry-run]';

export interface SendOptions {
  readonly source: string;
  readonly stage?: string | undefined;
  readonly config?: string | undefined;
  readonly url?: string | undefined;
  readonly repository?: string | undefined;
  readonly event: SampleEvent;
  readonly secret?: string | undefined;
  readonly dryRun: boolean;
}

/** @throws {UsageError} that never repeats what may be a secret. */
export function readSendOptions(args: readonly string[]): SendOptions {
  const { values, positionals } = parse(args);
  const { event, secret, 'dry-run': dryRun, ...rest } = values;
  const [source, ...others] = positionals;
  if (source === undefined) throw new UsageError(`SOURCE is missing. ${SEND_USAGE}`);
  if (others.length > 0) throw new UsageError(`There is something after SOURCE. ${SEND_USAGE}`);
  const known = SAMPLE_EVENTS.find((each) => each === event);
  if (known === undefined) throw new UsageError(`--event is one of ${SAMPLE_EVENTS.join(', ')}`);
  if (secret !== undefined && !isSecretReference(secret)) {
    throw new UsageError(
      '--secret takes a reference: secretsmanager:NAME, ssm:NAME or env:NAME of a variable. Never write the secret ' +
        'itself there: the shell keeps it in its history. If that was one, replace it.',
    );
  }
  return { ...rest, source, event: known, secret, dryRun };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stage: { type: 'string' },
        config: { type: 'string' },
        url: { type: 'string' },
        repository: { type: 'string' },
        event: { type: 'string', default: 'deletion' },
        secret: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\n${SEND_USAGE}`, { cause: error });
  }
}
