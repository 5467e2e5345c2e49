import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A door to the site at an address of its own, which can be shut: the server is gone, for one test only. */
export class Door {
  private constructor(
    private readonly server: Server,
    /** Where it stands. */
    readonly address: string,
  ) {}

  /** Opens a door to the site at this address. */
  static async to(site: string): Promise<Door> {
    const server = createServer((incoming, outgoing) => {
      const options = { method: incoming.method, headers: incoming.headers };
      const passing = request(new URL(incoming.url ?? '/', site), options, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      passing.on('error', () => outgoing.destroy());
      incoming.pipe(passing);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new Door(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  /** Shuts it, on whoever stands in it too. */
  async shut(): Promise<void> {
    const closed = new Promise<void>((done) => this.server.close(() => done()));
    this.server.closeAllConnections();
    await closed;
  }
}
