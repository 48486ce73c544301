import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import { readMessage, readPayload } from '../../lib/queue/read-message.ts';
import type { Resolution } from '../../lib/routing/resolve.ts';
import { configOf } from '../support/config.ts';
import { holdsSlowly, testProperty, testSlowProperty } from '../support/properties.ts';
import { anyText, request, sent, time, word } from './values.ts';

const config = configOf({ events: { allowedSources: ['**'] } });
/** An id as a sender may choose it who wants to touch what came another way. */
const chosenId = fc.oneof(
  word,
  fc.stringMatching(/^(?:webhook:github|bus|sns|invoke|queue|sweep-1|delivery#):?[a-z0-9]{1,250}$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
);
const said = fc
  .tuple(request, fc.option(chosenId), fc.option(fc.nat()), fc.option(word))
  .map(([base, id, siblings, deliveryId]) => ({
    ...base,
    ...(id !== null && { id: id.slice(0, 256) }),
    ...(siblings !== null && { siblings }),
    ...(deliveryId !== null && { deliveryId }),
  }));

const eventOf = (detail: unknown, id: string, at: string) => ({
  id,
  source: 'forge.acme',
  'detail-type': 'Repository Deleted',
  time: at,
  detail,
});
const notificationOf = (content: unknown, MessageId: string) => ({
  Type: 'Notification',
  MessageId,
  Message: JSON.stringify(content),
});

function requestOf(resolution: Resolution): CleanupRequest {
  const [first, ...others] = resolution.requests;
  if (first === undefined || others.length > 0) throw new Error(JSON.stringify(resolution));
  return first;
}

testSlowProperty(
  'nothing that a sender writes leaves the prefix of its channel',
  [said, word, time, time],
  (given, id, occurredAt, at) => {
    const event = eventOf(given, id, occurredAt);
    const bus = [readPayload(sent(event), 'i', config), readMessage(JSON.stringify(event), 'm', config, at)];
    for (const read of bus)
      expect(requestOf(read)).toMatchObject({ id: `bus:${id}`, source: 'forge.acme', siblings: 0 });
    for (const content of [event, given]) {
      const read = requestOf(readMessage(JSON.stringify(notificationOf(content, id)), 'm', config, at));
      expect(read.id).toBe(`sns:${id}`);
      expect(read.siblings).toBe(content === event ? 0 : undefined);
    }
    const invoked = requestOf(readPayload(sent(given), 'i', config));
    expect(invoked.id).toMatch(/^invoke:/);
    expect(invoked.siblings).toBeUndefined();
  },
);

testProperty(
  'a request in the queue keeps an id that this service has given, and no other',
  [said, time],
  (given, at) => {
    const read = requestOf(readMessage(JSON.stringify(given), 'm', config, at));
    const isGiven = /^(?:(?:webhook|bus|sns|invoke|queue):|sweep-)./s.test(given.id ?? '');
    expect(read.id).toMatch(/^(?:(?:webhook|bus|sns|invoke|queue):|sweep-)/);
    expect(read.id === given.id).toBe(isGiven);
    expect(read.siblings).toBe(isGiven ? given.siblings : undefined);
    // What is sent on and comes back is the same, or its deletions would count twice.
    expect(requestOf(readMessage(JSON.stringify(read), 'other', config, at))).toEqual(read);
  },
);

testProperty('two ids are two in every channel', [chosenId, chosenId, word], (one, other, namespace) => {
  fc.pre(one !== other);
  const [first, second] = [one, other].map(
    (id) => requestOf(readPayload({ namespace, id: id.slice(0, 256) }, 'i', config)).id,
  );
  expect(first).not.toBe(second);
});

testProperty(
  'nothing has happened after it came',
  [said, word, time, time, time],
  (given, id, occurredAt, published, at) => {
    const event = eventOf(given, id, occurredAt);
    for (const content of [given, event, notificationOf(given, id), notificationOf(event, id)]) {
      const read = requestOf(readMessage(JSON.stringify(content), 'm', config, at));
      expect(Date.parse(read.occurredAt ?? '9999')).toBeLessThanOrEqual(Date.parse(at));
    }
    const told = { ...notificationOf(given, id), Timestamp: published };
    const read = requestOf(readMessage(JSON.stringify(told), 'm', config, at));
    expect(Date.parse(read.occurredAt ?? '9999')).toBeLessThanOrEqual(Date.parse(published));
  },
);

test('a key that is not known is noticed, whatever it is called and wherever it is', async () => {
  const names = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString'), word, anyText);
  const known =
    /^(?:version|id|source|occurredAt|account|namespace|repository|targets|deliveryId|siblings|sourceRepository|sourceOrganization|checkAllSources|offset|after|remoteRegionId|remoteNamespace)$/;
  await holdsSlowly([names, word, word], (name, namespace, id) => {
    fc.pre(!known.test(name));
    const odd = `${JSON.stringify(name)}:"api"`;
    const target = '"remoteRegionId":"r","remoteNamespace":"n"';
    for (const text of [
      `{"namespace":"${namespace}",${odd}}`,
      `{"namespace":"${namespace}","targets":[{${target},${odd}}]}`,
    ]) {
      const event = JSON.stringify(eventOf('DETAIL', id, '2026-11-24T03:00:00Z')).replace(
        '"DETAIL"',
        () => text,
      );
      for (const body of [text, event]) {
        const notification = JSON.stringify({ Type: 'Notification', MessageId: id, Message: body });
        for (const read of [
          readMessage(body, 'm', config),
          readMessage(notification, 'm', config),
          readPayload(JSON.parse(body), 'i', config),
        ])
          expect(read).toMatchObject({
            requests: [],
            issues: expect.arrayContaining([expect.objectContaining({ expected: 'unknown key' })]),
          });
      }
    }
  });
});
