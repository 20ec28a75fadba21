import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { freePorts } from './free-port';

const listenOn = async (port: number): Promise<Server> => {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

describe('free ports', () => {
  it('are all different, and somebody can listen on each', async () => {
    const ports = await freePorts(20);
    expect(new Set(ports).size).toBe(20);
    const servers = await Promise.all(ports.map(listenOn));
    for (const server of servers) server.close();
  });

  it('are none that the system gives to outgoing connections while their owner is not there yet, or restarts', async () => {
    const FIRST_OF_LINUX = 32_768;
    expect((await freePorts(50)).filter((port) => port >= FIRST_OF_LINUX)).toEqual([]);
  });
});
