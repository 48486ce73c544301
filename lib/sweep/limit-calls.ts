import type { SweepContext } from './context.ts';

type Limit = <T>(call: () => Promise<T>) => Promise<T>;

/** Lets so many calls be under way at a time; the others wait for their turn. */
function createLimit(most: number): Limit {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (call) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await call();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** The same sweep, whose steps share a number of calls to SWR and to sources, however many are taken at a time. */
export function limitCalls(context: SweepContext, most: number): SweepContext {
  const limit = createLimit(most);
  const { accounts, checkExistence } = context;
  return {
    ...context,
    checkExistence: (...args) => limit(() => checkExistence(...args)),
    accounts: {
      names: accounts.names,
      clientOf(account) {
        const swr = accounts.clientOf(account);
        return {
          listOrganizations: (...args) => limit(() => swr.listOrganizations(...args)),
          listRepositories: (...args) => limit(() => swr.listRepositories(...args)),
          listSyncTasks: (...args) => limit(() => swr.listSyncTasks(...args)),
        };
      },
    },
  };
}
