import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import { type ListPage, readRepositories, repositoriesLeft } from '../../lib/huaweicloud/repository-list.ts';
import { testProperty } from '../support/properties.ts';

interface Server {
  readonly size: number;
  /** Of the n-th page, and over again. */
  readonly caps: readonly number[];
  readonly total: 'true' | 'none' | 'page' | number;
  readonly ignoreOffset: boolean;
  readonly lose: number;
  readonly repeat: number;
  /** Before that call a repository goes, and another one may come. */
  readonly change?: { readonly call: number; readonly goes: number; readonly comes: number | undefined };
}

const anyCaps = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });
const honest = fc.record({
  size: fc.nat(40),
  caps: anyCaps,
  total: fc.constantFrom<Server['total']>('true', 'none'),
  ignoreOffset: fc.constant(false),
  lose: fc.constant(-1),
  repeat: fc.constant(-1),
});
const total: fc.Arbitrary<Server['total']> = fc.oneof(
  fc.constantFrom<Server['total']>('true', 'none', 'page'),
  fc.nat(50),
);
const nobody = fc.constant(-1);
const single = { lose: nobody, repeat: fc.oneof(nobody, fc.nat(40)) };
const anyChange = fc.record({
  call: fc.nat(20),
  goes: fc.nat(40),
  comes: fc.option(fc.nat(40), { nil: undefined }),
});
const odd = { size: fc.nat(40), caps: anyCaps, total, ignoreOffset: fc.boolean() };
const dishonest: fc.Arbitrary<Server> = fc.oneof(
  fc.record({ ...odd, ...single, change: anyChange }),
  // Only a total can tell that one is never shown.
  fc.record({ ...odd, ...single, total: fc.constant('true'), lose: fc.nat(40) }),
);

/** Plays a server; `stay` are the repositories that it had all the time and can show. */
function play({ size, caps, total: said, ignoreOffset, lose, repeat, change }: Server) {
  const names = Array.from({ length: size }, (_, index) => `r${index}`);
  const stay = new Set(names);
  let calls = 0;
  const list: ListPage = (offset, limit) => {
    expect(offset % limit).toBe(0);
    if (change !== undefined && calls === change.call) {
      const [gone] = names.splice(change.goes, 1);
      if (gone !== undefined) stay.delete(gone);
      if (change.comes !== undefined) names.splice(change.comes, 0, 'new');
    }
    const most = Math.min(limit, caps[calls % caps.length] ?? limit);
    calls += 1;
    const from = ignoreOffset ? 0 : offset;
    const page = names.slice(from, from + most).flatMap((name, index) => {
      if (from + index === lose) return [];
      return from + index === repeat ? [name, name] : [name];
    });
    const totals = { true: names.length, none: undefined, page: page.length };
    const claimed = typeof said === 'number' ? said : totals[said];
    return Promise.resolve({ names: page, ...(claimed !== undefined && { total: claimed }) });
  };
  return { list, stay, calls: () => calls };
}

testProperty(
  'every repository of an honest server is listed once, whatever it gives at once',
  [honest, fc.integer({ min: 1, max: 50 })],
  async (server, most) => {
    const { list, stay, calls } = play(server);
    const { names, failure } = await readRepositories('acme', list, most);
    expect(failure).toBeUndefined();
    expect(names).toEqual([...stay]);
    expect(calls()).toBeLessThanOrEqual(1 + 2 * server.size);
  },
);

testProperty(
  'every repository of a dishonest server is listed, or a failure is reported',
  [dishonest, fc.integer({ min: 1, max: 50 })],
  async (server, most) => {
    const { list, stay, calls } = play(server);
    const { names, failure } = await readRepositories('acme', list, most);
    const isWhole = [...stay].every((name) => names.includes(name));
    expect(failure?.code ?? isWhole).toEqual(failure === undefined ? true : 'LIST_CHANGED');
    expect(new Set(names).size).toBe(names.length);
    expect(calls()).toBeLessThanOrEqual(3 * (3 + 2 * server.size));
  },
);

testProperty(
  'every valid name is left to do once, in as many parts as it takes, however the list is ordered',
  [
    fc.uniqueArray(fc.oneof(fc.stringMatching(/^[a-c]{1,3}$/), fc.string({ maxLength: 3 })), {
      maxLength: 30,
    }),
    fc.integer({ min: 1, max: 9 }),
    fc.infiniteStream(fc.nat()),
  ],
  (names, most, random) => {
    const done: string[] = [];
    for (let after: string | undefined; ; ) {
      const shuffled = names.toSorted(() => (Number(random.next().value) % 3) - 1);
      const left = repositoriesLeft(shuffled, after === undefined ? {} : { offset: done.length, after });
      const part = left.valid.slice(0, most);
      done.push(...part, ...left.invalid);
      if (part.length === left.valid.length) break;
      after = part.at(-1);
    }
    expect(done.toSorted()).toEqual(names.toSorted());
    return Promise.resolve();
  },
);
