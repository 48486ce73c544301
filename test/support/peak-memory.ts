/**
 * A process of its own that hands large bodies to one function, and prints how much memory that took. Everything that the
 * function calls is in the process that has started this one. Arguments: the function, the secret, and the kinds of bodies
 * (`KIND/PLACE`), or none for all of them in a row.
 */
import type { SQSEvent } from 'aws-lambda';
import { signDelivery } from '../security/signed-delivery.ts';
import { captureOutput } from './captured-output.ts';
import { httpEvent } from './http-event.ts';
import { lambdaContext } from './lambda-context.ts';
import { largeValues, replacePart } from './large-bodies.ts';

const [, , name = '', secret = '', ...only] = process.argv;
/** Size of a large value, so that its message stays within 1 MiB. */
const SIZE = 1024 * 1024 - 2000;
const MESSAGE_SIZE = 256 * 1024;
const output = captureOutput();
let longestLine = 0;
let longestAnswer = 0;
let handedOver = 0;
const notes: string[] = [];

function note(answer: unknown): void {
  longestAnswer = Math.max(longestAnswer, JSON.stringify(answer).length);
  longestLine = Math.max(longestLine, ...output.lines.map((line) => Buffer.byteLength(line)));
  output.clear();
}

/** Hands the wanted bodies over, one after the other. */
async function handOver(places: Readonly<Record<string, (kind: string) => Promise<void>>>): Promise<void> {
  for (const kind of Object.keys(largeValues)) {
    for (const [place, deliver] of Object.entries(places)) {
      if (only.length > 0 && !only.includes(`${kind}/${place}`)) continue;
      await deliver(kind);
      handedOver += 1;
    }
  }
}

const large = (kind: string, size: number) => largeValues[kind]?.(size) ?? '';

function sqsEvent(bodies: readonly string[]): SQSEvent {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `m${index}`,
      receiptHandle: `r${index}`,
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '0',
        SenderId: 's',
        ApproximateFirstReceiveTimestamp: '0',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:0:cleanup',
      awsRegion: 'us-east-1',
    })),
  };
}

async function receiveAll(idle: () => void): Promise<void> {
  const { handler } = await import('../../functions/receive.ts');
  const deliver = async (body: (right: string) => string) => {
    const delivery = signDelivery('cloudevents', secret, { body });
    const answer = await handler(
      httpEvent({ source: 'cloudevents', headers: delivery.headers, body: delivery.body }),
      lambdaContext(),
    );
    note(answer);
    if (answer.statusCode >= 500) notes.push(`${answer.statusCode}: ${delivery.body.slice(0, 80)}`);
  };
  await deliver((right) => right);
  idle();
  await handOver({
    whole: (kind) => deliver(() => large(kind, SIZE)),
    part: (kind) => deliver((right) => replacePart(right, 5, large(kind, SIZE))),
    events: (kind) => deliver(() => `{"events":${large(kind, SIZE)}}`),
  });
}

async function cleanAll(idle: () => void): Promise<void> {
  const { handler } = await import('../../functions/clean.ts');
  const good = JSON.stringify({ id: 'good', namespace: 'acme', repository: 'none' });
  const work = async (bodies: readonly string[]) => {
    const answer = await handler(sqsEvent(bodies), lambdaContext());
    note(answer);
    const failed = JSON.stringify(answer);
    if (failed !== '{"batchItemFailures":[]}') notes.push(`${failed}: ${bodies[0]?.slice(0, 80)}`);
  };
  await work([good]);
  idle();
  await handOver({
    batch: (kind) => {
      const body = `{"namespace":"acme","repository":"api","targets":${large(kind, MESSAGE_SIZE - 100)}}`;
      return work([...Array.from({ length: 9 }, () => body), good]);
    },
    message: (kind) => work([large(kind, SIZE), good]),
  });
}

let idle = 0;
const begin = () => {
  idle = process.memoryUsage.rss();
};
await (name === 'receive' ? receiveAll(begin) : cleanAll(begin));
output.release();
const peak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ idle, peak, longestLine, longestAnswer, handedOver, notes }));
