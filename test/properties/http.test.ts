import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseRetryAfter } from '../../lib/http/retry-after.ts';
import { answerHttp, readHttpRequest } from '../../lib/webhook/http-event.ts';
import { httpEvent } from '../support/http-event.ts';
import { holds, testProperty } from '../support/properties.ts';
import { anyText, word } from './values.ts';

const NOW_MS = Date.parse('2026-11-24T03:00:00Z');
/** Twelve hours less the visibility timeout of the cleanup queue. */
const LONGEST_SECONDS = 12 * 60 * 60 - 360;

test('a request is read the same from every kind of event', async () => {
  const via = fc.constantFrom(
    ...(['HTTP API', 'Function URL', 'REST API', 'load balancer', 'load balancer, several values'] as const),
  );
  const headers = fc.dictionary(fc.stringMatching(/^x-[a-z]{1,8}$/), fc.string());
  const method = fc.constantFrom('POST', 'GET', 'PUT');
  await holds(
    [via, word, method, headers, anyText, fc.boolean()],
    (by, source, verb, given, body, base64) => {
      const read = readHttpRequest(
        httpEvent({ via: by, source, method: verb, headers: given, body, base64 }),
      );
      expect(read).toEqual({ sourceName: source, method: verb, headers: given, rawBody: Buffer.from(body) });
    },
  );
});

test('an answer reaches everybody in the form that he takes', async () => {
  const headers = fc.dictionary(fc.stringMatching(/^x-[a-z]{1,8}$/), fc.string());
  await holds([headers, fc.jsonValue()], (given, body) => {
    const several = answerHttp(httpEvent({ via: 'load balancer, several values' }), 202, given, body);
    const single = answerHttp(httpEvent({}), 202, given, body);
    expect(JSON.parse(single.body)).toEqual(JSON.parse(JSON.stringify(body)));
    expect(single.headers).toEqual(given);
    const values = Object.entries(several.multiValueHeaders ?? {}).map(([name, [value]]) => [name, value]);
    expect(Object.fromEntries(values)).toEqual(given);
    expect([several.body, several.headers]).toEqual([single.body, undefined]);
  });
});

testProperty(
  'the seconds to wait are those of Retry-After, up to half a day',
  [fc.nat(), fc.constantFrom('', ' ', '\t')],
  (seconds, space) => {
    expect(parseRetryAfter(`${space}${seconds}${space}`, NOW_MS)).toBe(Math.min(seconds, LONGEST_SECONDS));
  },
);

testProperty(
  'a date to wait for is as far away as it is, and one that is over is now',
  [fc.integer({ min: -1e6, max: 1e6 })],
  (seconds) => {
    const date = new Date(NOW_MS + seconds * 1000).toUTCString();
    expect(parseRetryAfter(date, NOW_MS)).toBe(Math.min(Math.max(seconds, 0), LONGEST_SECONDS));
  },
);

testProperty(
  'whatever the header holds, the wait is one that a queue takes, or none',
  [fc.oneof(anyText, fc.double().map(String))],
  (value) => {
    const seconds = parseRetryAfter(value, NOW_MS) ?? 0;
    expect(Number.isInteger(seconds) && seconds >= 0 && seconds <= LONGEST_SECONDS).toBe(true);
  },
);
