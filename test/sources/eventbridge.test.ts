import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { interpretEvent } from '../../lib/sources/eventbridge.ts';
import { setVariables } from '../support/environment.ts';
import { readFixture } from '../support/fixture.ts';

const ANY = ['**'];
const interpret = (event: unknown, allowed: readonly string[] = ANY) =>
  interpretEvent(event, 'fallback-id', allowed);
const fixture = (name: string, differences: object = {}) => {
  const event = readFixture(`eventbridge/${name}`);
  return typeof event === 'object' ? { ...event, ...differences } : event;
};

describe('Amazon ECR', () => {
  test('a deleted repository, at the time of the call', () => {
    expect(interpret(fixture('ecr-delete-repository'))).toEqual({
      source: 'ecr',
      id: 'bus:9c8f5a51-3d0c-2b1a-1f2e-0a9b8c7d6e5f',
      sourceEvent: { type: 'deleted', repository: 'team/app', occurredAt: '2026-11-24T03:00:02Z' },
    });
  });

  test.each([
    {
      name: 'ecr-delete-repository-failed',
      reason: /RepositoryNotEmptyException: the repository is still there/,
    },
    { name: 'ecr-batch-delete-image', reason: /BatchDeleteImage is not ECR's DeleteRepository/ },
    { name: 'ecr-image-action', reason: /^ECR Image Action concerns tags or images, not a whole repository/ },
  ])('$name is ignored', ({ name, reason }) => {
    expect(interpret(fixture(name)).sourceEvent).toMatchObject({
      type: 'ignored',
      reason: expect.stringMatching(reason),
    });
  });

  describe('in another registry', () => {
    const registry = (own: string) => setVariables({ ECR_REGISTRY: own });
    const { account, region } = v.parse(
      v.object({ account: v.string(), region: v.string() }),
      fixture('ecr-delete-repository'),
    );

    test.each([
      { why: 'account', own: `210987654321.${region}` },
      { why: 'region', own: `${account}.eu-north-1` },
    ])('of an $why is ignored', ({ own }) => {
      const restore = registry(own);
      try {
        expect(interpret(fixture('ecr-delete-repository')).sourceEvent).toEqual({
          type: 'ignored',
          reason: `the repository was in the registry of ${account}.${region} (account.region), not of ${own}`,
        });
      } finally {
        restore();
      }
    });

    test('is not what the own one is, nor one that the event does not name', () => {
      const restore = registry(`${account}.${region}`);
      try {
        for (const more of [{}, { account: undefined }, { region: undefined }])
          expect(interpret(fixture('ecr-delete-repository', more)).sourceEvent.type).toBe('deleted');
      } finally {
        restore();
      }
    });
  });

  test('a deletion of ECR Public is ignored', () => {
    const detail = { eventSource: 'ecr-public.amazonaws.com', eventName: 'DeleteRepository' };
    expect(interpret(fixture('ecr-delete-repository', { detail })).sourceEvent).toEqual({
      type: 'ignored',
      reason: "API call ecr-public.amazonaws.com DeleteRepository is not ECR's DeleteRepository",
    });
  });

  test('a deletion with a code that is null has succeeded', () => {
    const detail = {
      eventSource: 'ecr.amazonaws.com',
      eventName: 'DeleteRepository',
      errorCode: null,
      requestParameters: { repositoryName: 'team/app' },
    };
    expect(interpret(fixture('ecr-delete-repository', { detail })).sourceEvent).toMatchObject({
      type: 'deleted',
      repository: 'team/app',
    });
  });

  test.each([
    { why: 'no detail', detail: undefined, path: 'detail' },
    { why: 'an empty detail', detail: {}, path: 'detail.eventSource' },
    {
      why: 'no parameters',
      detail: {
        eventSource: 'ecr.amazonaws.com',
        eventName: 'DeleteRepository',
        eventTime: '2026-11-24T03:00:02Z',
      },
      path: 'detail.requestParameters',
    },
  ])('$why can not be read', ({ detail, path }) => {
    const { sourceEvent } = interpret(fixture('ecr-delete-repository', { detail }));
    expect(sourceEvent).toMatchObject({
      type: 'unreadable',
      issues: expect.arrayContaining([expect.objectContaining({ path })]),
    });
  });

  test('a deletion at an unknown time is unreadable', () => {
    const detail = {
      eventSource: 'ecr.amazonaws.com',
      eventName: 'DeleteRepository',
      requestParameters: { repositoryName: 'team/app' },
    };
    expect(
      interpret(fixture('ecr-delete-repository', { time: undefined, detail })).sourceEvent,
    ).toMatchObject({
      type: 'unreadable',
      issues: [{ path: 'detail.eventTime', found: 'nothing', expected: 'the time of the deletion' }],
    });
  });
});

describe('Repository Deleted', () => {
  test('is a cleanup request, at the time of the event', () => {
    expect(interpret(fixture('repository-deleted')).sourceEvent).toEqual({
      type: 'request',
      request: {
        version: 1,
        id: 'bus:6a7e8feb-b491-4cf7-a9f1-bf3703467718',
        source: 'com.example.forge',
        occurredAt: '2026-11-24T03:00:00Z',
        namespace: 'acme-images',
        repository: 'payments/api',
      },
    });
  });

  test('has the source and the id of its envelope, whatever its detail says', () => {
    const detail = { id: 'guessed', source: 'github', siblings: 0, namespace: 'acme-images' };
    expect(interpret(fixture('repository-deleted', { detail })).sourceEvent).toEqual({
      type: 'request',
      request: {
        version: 1,
        id: 'bus:6a7e8feb-b491-4cf7-a9f1-bf3703467718',
        deliveryId: 'guessed',
        source: 'com.example.forge',
        occurredAt: '2026-11-24T03:00:00Z',
        namespace: 'acme-images',
      },
    });
    expect(interpret(fixture('repository-deleted', { detail }), ['github']).sourceEvent.type).toBe('ignored');
  });

  test.each([
    { allowed: ['com.example.forge'], type: 'request' },
    { allowed: ['com.other', 'com.example.*'], type: 'request' },
    { allowed: ['com.other'], type: 'ignored' },
    { allowed: [], type: 'ignored' },
  ])('of com.example.forge is $type with $allowed', ({ allowed, type }) => {
    expect(interpret(fixture('repository-deleted'), allowed).sourceEvent.type).toBe(type);
  });

  test('from a source that is not allowed says which', () => {
    expect(interpret(fixture('repository-deleted'), ['com.other']).sourceEvent).toMatchObject({
      reason: 'source com.example.forge is not among events.allowedSources',
    });
  });

  test('an event of another shape has no source that a route could know', () => {
    expect(interpret({ 'detail-type': 'x' })).toMatchObject({
      source: '',
      sourceEvent: { type: 'unreadable' },
    });
  });

  test('an event without an id gets one', () => {
    expect(interpret(fixture('repository-deleted', { id: undefined })).sourceEvent).toMatchObject({
      request: { id: 'fallback-id' },
    });
  });

  test('another detail type is ignored', () => {
    expect(interpret(fixture('repository-deleted', { 'detail-type': 'Order Placed' })).sourceEvent).toEqual({
      type: 'ignored',
      reason: 'event Order Placed is not Repository Deleted',
    });
  });

  test('a detail that is no request can not be read', () => {
    expect(interpret(fixture('repository-deleted', { detail: { name: 'x' } })).sourceEvent).toMatchObject({
      type: 'unreadable',
      issues: expect.arrayContaining([expect.objectContaining({ path: 'detail.namespace' })]),
    });
  });
});
