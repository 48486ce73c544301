import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ServiceError } from '../../lib/failure.ts';
import { isSecretReference, parseSecretReference } from '../../lib/secret-reference.ts';
import { github } from '../../lib/sources/github.ts';
import { parseSigningSecret } from '../../lib/sources/standard-signature.ts';
import { ConfiguredSource } from '../../lib/webhook/configured-source.ts';
import { caught } from '../support/caught.ts';
import { holds, testProperty } from '../support/properties.ts';
import { anyText } from './values.ts';

const nameOf = {
  secretsmanager: fc.stringMatching(/^[\w/+=.@-]{1,40}$/),
  ssm: fc.stringMatching(/^[\w/.-]{1,40}(?::[\w.-]{1,10})?$/),
  env: anyText.filter((text) => /^\S+$/.test(text)),
};

test('a reference is read as its store and name', async () => {
  const references = fc
    .constantFrom('secretsmanager', 'ssm', 'env')
    .chain((store) => nameOf[store].map((name) => ({ store, name })));
  await holds([references], ({ store, name }) => {
    expect(isSecretReference(`${store}:${name}`)).toBe(true);
    expect(parseSecretReference(`${store}:${name}`)).toEqual({ store, name });
  });
});

test('nothing else is a reference', async () => {
  const before = fc.constantFrom(
    '',
    'ssm',
    'ssm: ',
    ' env:',
    'vault:',
    'secretsmanager:a ',
    'ssm:a*',
    'ssm:$',
  );
  await holds([before, anyText], (start, end) => {
    const text = `${start}${end}`;
    fc.pre(!/^ssm:[\w/.-]+(?::[\w.-]+)?$/.test(text));
    expect(isSecretReference(text)).toBe(false);
    expect(() => parseSecretReference(text)).toThrow('is not a secret reference');
  });
});

const LONG = '0123456789abcdef';
const sourceWith = (text: string) =>
  new ConfiguredSource('forge', github, { secret: 'env:X' }, () => Promise.resolve(text));

test('a stored secret is one, or a list of several', async () => {
  const secret = fc.string().map((text) => `${LONG}${text}`);
  await holds([fc.array(secret, { minLength: 1, maxLength: 3 })], async (list) => {
    const keys = await sourceWith(JSON.stringify(list)).secret?.get();
    expect(keys?.map(String)).toEqual(list);
  });
});

test('a stored secret that is no list is taken to the byte, but for the line break at its end', async () => {
  const text = anyText.map((each) => `${each}${LONG}`);
  await holds([text, fc.constantFrom('', '\n', '\r\n')], async (stored, end) => {
    const [key] = (await sourceWith(`${stored}${end}`).secret?.get()) ?? [];
    expect(key?.equals(Buffer.from(stored))).toBe(true);
  });
});

test('a secret of fewer than 16 characters is rejected and not shown, however many spaces it has', async () => {
  const blank = fc.stringMatching(/^[ \t\u00a0\u200b]{0,40}$/);
  const short = fc.array(fc.tuple(fc.stringMatching(/^[a-z0-9]$/), blank), { maxLength: 8 });
  await holds([blank, short], async (before, parts) => {
    const text = before + parts.flat().join('');
    const error = await caught(sourceWith(text).secret?.get() ?? Promise.resolve());
    expect(error).toMatchObject({ failure: { code: 'SECRET_UNUSABLE', retryable: false } });
    expect(String(error)).toMatch(
      /expected (?:a secret, found an empty one|at least 16 characters, found \d+)$/,
    );
  });
});

test('a list that is not one of secrets is rejected and not shown', async () => {
  const mark = 'hunter2 and sixteen more';
  const wrong = fc.constantFrom(null, 7, { mark }, [mark], '', ' ');
  await holds([fc.array(fc.constant(mark)), wrong], async (list, one) => {
    const error = await caught(sourceWith(JSON.stringify([...list, one])).secret?.get() ?? Promise.resolve());
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({ failure: { code: 'SECRET_UNUSABLE', retryable: false } });
    expect(String(error)).not.toContain(mark);
  });
});

const prefixes = fc.constantFrom('whsec_', '');

testProperty(
  'a signing secret is the bytes that were encoded, with its prefix or without',
  [fc.uint8Array({ minLength: 24, maxLength: 64 }), prefixes],
  (bytes, prefix) => {
    const text = `${prefix}${Buffer.from(bytes).toString('base64')}\n`;
    expect([...parseSigningSecret(text)]).toEqual([...bytes]);
  },
);

test('a signing secret that is too short, too long or not encoded is rejected and not shown', async () => {
  const short = fc.uint8Array({ maxLength: 23 });
  const long = fc.uint8Array({ minLength: 65, maxLength: 100 });
  const encoded = fc.oneof(short, long).map((bytes) => Buffer.from(bytes).toString('base64'));
  await holds(
    [
      prefixes,
      fc.oneof(
        encoded,
        anyText.map((text) => `${text}*`),
      ),
    ],
    (prefix, text) => {
      const parse = () => parseSigningSecret(`${prefix}${text}`);
      expect(parse).toThrow(/^expected whsec_ and the base64 of 24 to 64 bytes, found \d+ bytes$/);
    },
  );
});
