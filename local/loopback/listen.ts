import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:https';

/** A server that listens on 127.0.0.1. */
export interface Listening {
  readonly url: string;
  /** Ends open connections too; does nothing the second time. */
  readonly close: () => Promise<void>;
}

/**
 * Has a server listen on 127.0.0.1, never on another interface.
 *
 * @param port any free one if 0.
 */
export async function listen(server: Server | TlsServer, port = 0): Promise<Listening> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP port.');
  return {
    url: `${server instanceof TlsServer ? 'https' : 'http'}://127.0.0.1:${address.port}`,
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
