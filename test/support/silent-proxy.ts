import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What an open connection loses without a word: requests and answers, or answers only. */
export type Silence = 'everything' | 'answers';

export interface SilentProxy extends AsyncDisposable {
  readonly url: string;
  /** Connections of callers so far. */
  readonly accepted: number;
  /** Connections of callers that are open. */
  readonly open: number;
  /** Silences the open connections; later ones work. None is closed or reset. */
  silence(of: Silence): void;
}

/** Starts a TCP proxy on 127.0.0.1 whose connections can die as behind a NAT gateway that has forgotten them. */
export async function startSilentProxy(url: string): Promise<SilentProxy> {
  const { protocol, hostname, port } = new URL(url);
  const pairs = new Map<Socket, Socket>();
  let accepted = 0;
  const server = createServer((client) => {
    accepted += 1;
    const upstream = connect(Number(port), hostname);
    pairs.set(client, upstream);
    client.pipe(upstream);
    upstream.pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('close', () => {
      upstream.destroy();
      pairs.delete(client);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no TCP port.');
  return {
    url: `${protocol}//127.0.0.1:${address.port}`,
    get accepted() {
      return accepted;
    },
    get open() {
      return pairs.size;
    },
    silence(of) {
      for (const [client, upstream] of pairs) {
        upstream.unpipe(client).resume();
        if (of === 'everything') client.unpipe(upstream).resume();
      }
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const client of pairs.keys()) client.destroy();
      await closed;
    },
  };
}
