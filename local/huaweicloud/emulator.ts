import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { guardServer } from '../loopback/guard.ts';
import { listen } from '../loopback/listen.ts';
import type { Operation } from './call.ts';
import { Cloud } from './cloud.ts';
import { type ChooseFault, type Fault, FaultScript } from './faults.ts';
import { Journal } from './journal.ts';
import { plantSeed, type Seed } from './seed.ts';
import { serveCall } from './serve-call.ts';

export type { Operation } from './call.ts';
export type { Fault } from './faults.ts';
export type { Seed } from './seed.ts';
export { localSeed } from './seed.ts';

export interface EmulatorOptions {
  /** 0, a free one, if missing. */
  port?: number;
  /** An empty cloud in `cn-north-4` if missing. */
  seed?: Seed;
  /** Milliseconds since the epoch. Tokens, locks, signatures and timestamps go by it; delays do not. */
  clock?: () => number;
  /** 24 h if missing. */
  tokenLifetimeMs?: number;
  /** The length of a token: 2000 if missing, and real ones can be beyond 16 KB. */
  tokenBytes?: number;
  /** Every answer is delayed by this. */
  latencyMs?: number;
}

export type Emulator = Awaited<ReturnType<typeof startEmulator>>;

const HOUR_MS = 3_600_000;

/** Starts a strict emulator of IAM and SWR of one Huawei Cloud region on loopback, with faults to inject. */
export async function startEmulator({
  port = 0,
  seed = {},
  clock = Date.now,
  tokenLifetimeMs = 24 * HOUR_MS,
  tokenBytes = 2000,
  latencyMs = 0,
}: EmulatorOptions = {}) {
  const cloud = new Cloud(seed.region ?? 'cn-north-4', clock, {
    lifetimeMs: tokenLifetimeMs,
    bytes: tokenBytes,
  });
  plantSeed(cloud, seed);
  const faults = new FaultScript();
  const journal = new Journal();
  const closing = new AbortController();
  const context = { cloud, faults, journal, latencyMs, signal: closing.signal };
  const connections = new WeakMap<Socket, number>();
  let lastConnection = 0;

  // Tokens are headers, and Node's own limit of 16 KiB is below the size of some. The gateway keeps idle connections for
  // longer than Node's 5 s; a shorter time would make tests of keep-alive a matter of luck.
  const server = createServer({ maxHeaderSize: 1 << 20, keepAliveTimeout: 60_000 }, (request, response) => {
    const connection = connections.get(request.socket) ?? 0;
    serveCall(request, response, connection, context).catch((error: unknown) => {
      // Aborted clients and the closing emulator are normal; all else is a bug of the emulator, and ends the process.
      if (!closing.signal.aborted && !request.socket.destroyed) throw error;
    });
  });
  // Signatures name the host of Huawei Cloud. Its tasks are made up, so a page under a name of its own gains nothing.
  guardServer(server, { anyHost: true });
  server.on('connection', (socket) => connections.set(socket, ++lastConnection));
  const { url, close } = await listen(server, port);

  const stop = async () => {
    closing.abort();
    await close();
  };
  const [user] = seed.users ?? [];
  const credentials = { domain: user?.domain, user: user?.name, password: user?.password };
  return {
    /** Both the IAM endpoint and the SWR endpoint: `http://127.0.0.1:PORT`. */
    url,
    /** Environment with which `config/local.yml` finds it, with the credentials of the seed's first user. */
    env: {
      HUAWEICLOUD_IAM_ENDPOINT: url,
      HUAWEICLOUD_SWR_ENDPOINT: url,
      HUAWEICLOUD_CREDENTIALS: JSON.stringify(credentials),
    },
    journal,
    cloud,
    /** For the n-th call of that operation from now, and so many in a row; both are 1 if missing. */
    fault: (operation: Operation, fault: Fault, when?: { nth?: number; times?: number }): void =>
      faults.add(operation, fault, when),
    /** Called for each call that no scripted fault is for, to inject random faults. */
    faultWhere: (choose: ChooseFault): void => faults.chooseOthers(choose),
    /** Both kinds. */
    clearFaults: (): void => faults.clear(),
    /** Ends hanging connections too. */
    close: stop,
    [Symbol.asyncDispose]: stop,
  };
}
