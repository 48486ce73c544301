import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port of this machine that no test may call. */
export interface Trap {
  readonly port: number;
  /** Number of connections. */
  visits(): number;
  close(): Promise<void>;
}

export async function setTrap(): Promise<Trap> {
  let visits = 0;
  const server = createServer((socket) => {
    visits += 1;
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the trap has no TCP port');
  return {
    port: address.port,
    visits: () => visits,
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}
