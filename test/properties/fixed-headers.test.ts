import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { acr } from '../../lib/sources/acr.ts';
import { distribution } from '../../lib/sources/distribution.ts';
import { gitlab } from '../../lib/sources/gitlab.ts';
import { harbor } from '../../lib/sources/harbor.ts';
import type { Source } from '../../lib/sources/source.ts';
import { caught } from '../support/caught.ts';
import { holds, testProperty } from '../support/properties.ts';
import { anyText } from './values.ts';

const NOW_MS = 1_795_489_200_000;

/** Value that a header can have, too long to be guessed. */
const value = fc.stringMatching(/^[!-~][ -~]{16,60}[!-~]$/);
const name = fc.stringMatching(/^x-[a-z]{1,20}$/);

const senders: readonly {
  readonly type: string;
  readonly source: Source;
  /** The header by itself; any if missing. */
  readonly header?: string;
  readonly secretOf: (header: string, text: string) => string;
}[] = [
  { type: 'acr', source: acr, secretOf: (header, text) => `${header}: ${text}` },
  { type: 'distribution', source: distribution, secretOf: (header, text) => `${header}: ${text}` },
  { type: 'harbor', source: harbor, header: 'authorization', secretOf: (_, text) => text },
  { type: 'gitlab', source: gitlab, header: 'x-gitlab-token', secretOf: (_, text) => text },
];

async function verifies(source: Source, secret: string, headers: Record<string, string>) {
  const keys = [source.parseSecret(secret)];
  return (await source.verify({ headers, rawBody: Buffer.from('{}') }, keys, NOW_MS, {})).verified;
}

describe.each(senders)('$type', ({ source, header, secretOf }) => {
  // A signing token of GitLab, and a name that may stand before the value for Harbor.
  const values = value.filter((text) => !/^(?:whsec_|authorization:)/i.test(text));
  const headerNames = header === undefined ? name : fc.constant(header);

  testProperty(
    'verifies its own header only',
    [headerNames, values, fc.oneof(values, anyText)],
    async (of, text, other) => {
      const secret = secretOf(of, text);
      expect(await verifies(source, secret, { [of]: text })).toBe(true);
      expect(await verifies(source, secret, { [of]: other })).toBe(other === text);
      expect(await verifies(source, secret, { [`${of}-`]: text })).toBe(false);
    },
  );

  testProperty(
    'rejects a part, a longer value and one of which a character differs',
    [headerNames, values, fc.nat(), fc.constantFrom('', 'x', '  ')],
    async (of, text, at, by) => {
      const index = at % text.length;
      const changed = `${text.slice(0, index)}${by}${text.slice(index + 1)}`;
      fc.pre(changed !== text);
      const secret = secretOf(of, text);
      expect(await verifies(source, secret, { [of]: changed })).toBe(false);
      expect(await verifies(source, secret, { [of]: `${text}${by || '.'}` })).toBe(false);
    },
  );
});

test.each(senders)('an unusable secret of $type is rejected and not shown', async ({ source, secretOf }) => {
  const mark = 'hunter2';
  await holds([anyText, fc.boolean()], async (text, named) => {
    const bad = `${text}${mark}`;
    const parse = async () => source.parseSecret(named ? secretOf('x-a', bad) : bad);
    const error = await caught(parse().then(() => Promise.reject(new Error('it is of use'))));
    expect(String(error)).not.toContain(mark);
  });
});
