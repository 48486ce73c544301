import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../command-line/read-config.ts';
import { CONFIG_FILE, type ForgeResult } from '../../e2e/forge/receiver.ts';
import { runForge } from '../../e2e/forge/run-forge.ts';
import { createSenders } from '../../e2e/forge/senders.ts';
import { sources } from '../../lib/sources/index.ts';
import type { HttpEvent } from '../../lib/webhook/http-event.ts';

const SEED = 7;
const REJECTED: ForgeResult = { status: 401, answer: '{}', queued: [], longestLine: 0, called: [] };
const IGNORED: ForgeResult = { ...REJECTED, status: 200 };

interface Arrived {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly verified: boolean;
}

const { sources: configured } = await readConfig('forge', CONFIG_FILE);
const all = createSenders(configured, SEED);
const senders = all.filter(({ source }) => source === 'github' || source === 'harbor');
const [github, harbor] = senders.map(({ secret = '' }) => secret);

type Spoil = (received: ForgeResult, arrived: Arrived) => ForgeResult;

/** A receiver as it should be, but for what a test wants otherwise. */
function play(spoil: Spoil) {
  return {
    async receive(event: HttpEvent): Promise<ForgeResult> {
      const arrived = read(event);
      return spoil(answer(arrived), arrived);
    },
  };
}

function read(event: HttpEvent): Arrived {
  const headers = Object.fromEntries(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const digest = createHmac('sha256', github ?? '')
    .update(body)
    .digest('hex');
  const path = 'rawPath' in event ? event.rawPath : event.path;
  const verified =
    path === '/webhooks/github'
      ? headers['x-hub-signature-256'] === `sha256=${digest}`
      : headers['authorization'] === harbor;
  return { headers, body, verified };
}

function answer({ body, verified }: Arrived): ForgeResult {
  if (!verified) return REJECTED;
  if (!body.includes('"deleted"') && !body.includes('DELETE_ARTIFACT')) return IGNORED;
  const id = createHash('sha256').update(body).digest('hex');
  const request = { id, namespace: 'acme', occurredAt: new Date().toISOString() };
  return { ...REJECTED, status: 202, queued: [JSON.stringify(request)] };
}

/** Number of deliveries in which every kind of unsigned part occurs. */
const MANY = 1500;
const run = (spoil: Spoil, deliveries = MANY) =>
  runForge({ deliveries, seed: SEED, senders, receiver: play(spoil) });
const withRequest = (received: ForgeResult, more: object): ForgeResult => ({
  ...received,
  queued: received.queued.map((message) => JSON.stringify({ ...JSON.parse(message), ...more })),
});

test('every type of source is configured, and every configured source has deliveries', () => {
  const types = new Set(Object.values(configured).map(({ type }) => type));
  expect([...types].toSorted()).toEqual(Object.keys(sources).toSorted());
  for (const { samples } of all) expect(samples.length).toBeGreaterThan(1);
});

test('a receiver that trusts only signed content passes', async () => {
  const { failed, failures, sent, same, tally } = await run((received) => received);
  expect([failed, failures]).toEqual([0, []]);
  expect(sent).toBe(MANY);
  expect(same).toBeGreaterThan(20);
  expect(Object.keys(tally.of('kind')).toSorted()).toEqual([
    'body',
    'body and unsigned parts',
    'foreign key',
    'foreign source',
    'genuine',
    'huge',
    'signature',
    'signed garbage',
    'unsigned parts',
  ]);
});

test('the same seed sends the same, and another seed sends something else', async () => {
  const sent = async (seed: number) => {
    const hash = createHash('sha256');
    const receiver = play((received, { headers, body }) => {
      hash.update(JSON.stringify(headers)).update(body);
      return received;
    });
    await runForge({ deliveries: 200, seed, senders, receiver });
    return hash.digest('hex');
  };
  expect(await sent(1)).toBe(await sent(1));
  expect(await sent(1)).not.toBe(await sent(2));
});

describe('a receiver is caught that', () => {
  test.each<[does: string, spoil: Spoil, reason: RegExp, deliveries?: number]>([
    [
      'trusts the event name in a header',
      (received, { headers }) =>
        headers['x-github-event'] === 'organization' ? withRequest(received, { whole: true }) : received,
      /queued .*"whole":true/,
      MANY,
    ],
    [
      'takes the id from a header',
      (received, { headers }) => withRequest(received, { id: headers['x-github-delivery'] }),
      /queued .* and its genuine delivery/,
    ],
    [
      'leaves the existence check out for another content type',
      (received, { headers }) =>
        headers['content-type'] === 'application/json'
          ? withRequest(received, { sourceRepository: 'acme/web' })
          : received,
      /its genuine delivery .*sourceRepository/,
    ],
    [
      'trusts an unsigned time',
      (received, { headers }) =>
        withRequest(received, headers['ce-time'] ? { occurredAt: '2099-01-01T00:00:00Z' } : {}),
      /2099/,
      MANY,
    ],
    [
      'accepts a truncated signature',
      (received, arrived) => {
        const { 'x-hub-signature-256': signature = '' } = arrived.headers;
        return signature.length > 30 && signature.length < 71
          ? answer({ ...arrived, verified: true })
          : received;
      },
      /answered 20\d to an unauthenticated delivery/,
    ],
    [
      'accepts everything',
      (_received, arrived) => answer({ ...arrived, verified: true }),
      /answered 20\d to an unauthenticated delivery/,
    ],
    [
      'queues rejected deliveries',
      (received) => (received.status === 401 ? { ...received, queued: ['{}'] } : received),
      /answered 401, and queued 1 messages/,
    ],
    [
      'fails on signed, unreadable bodies',
      (received, { body, verified }) =>
        verified && !body.toString().endsWith('}') ? { ...received, status: 500 } : received,
      /answered 500/,
    ],
    [
      'repeats the body in its answer',
      (received, { body }) => ({ ...received, answer: body.toString('latin1') }),
      /answered with \d+ characters/,
    ],
    [
      'logs the body',
      (received, { body }) => ({ ...received, longestLine: body.length }),
      /logged a line of \d+ characters/,
    ],
    [
      'calls the host that a stranger names',
      (received) => ({ ...received, called: ['attacker.example'] }),
      /called attacker\.example/,
    ],
  ])('%s', async (_does, spoil, reason, deliveries = 400) => {
    const { failed, failures } = await run(spoil, deliveries);
    expect(failed).toBeGreaterThan(0);
    expect(failures.map((failure) => failure.reason).join('\n')).toMatch(reason);
    expect(failures[0]).toMatchObject({ number: expect.any(Number), event: { body: expect.any(String) } });
  });

  test('rejects genuine deliveries', async () => {
    await expect(run(() => REJECTED)).rejects.toThrow('No genuine delivery of github was accepted');
  });
});
