import { EventEmitter } from 'node:events';
import { Module } from '@nestjs/common';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { ServiceConfig } from '../config/service-config';
import { defineService } from './define-service';
import { migrate } from './run-migrations';
import { ServiceHostModule } from './service-host.module';
import { startService } from './start-service';

const quietService = defineService({
  name: 'quiet',
  config: ServiceConfig,
  http: { port: 0 },
  migrations: [],
  subscriptions: [],
});
const stuck = Promise.withResolvers<void>();

@Module({ imports: [ServiceHostModule.for(quietService)] })
class QuietModule {}

@Module({ imports: [QuietModule] })
class StuckModule {
  onModuleDestroy = () => stuck.promise;
}

class TestProcess extends EventEmitter {
  readonly exits: number[] = [];
  readonly written: string[] = [];
  readonly stderr = { write: (text: string) => this.written.push(text) };
  constructor(readonly env: Record<string, string>) {
    super();
  }
  exit = (code: number) => void this.exits.push(code);
}

describe('a service as a process', () => {
  const lines: string[] = [];
  const logDestination = { write: (line: string) => void lines.push(line) };
  let database: TestDatabase;
  let environment: Record<string, string>;

  beforeAll(async () => {
    database = await startTestDatabase();
    // Nothing listens there: a relay that cannot reach Kafka must not keep a process from ending.
    environment = { QUIET_DATABASE_URL: database.url, KAFKA_BROKERS: '127.0.0.1:9', QUIET_PORT: '0' };
    await migrate(quietService, environment);
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    lines.length = 0;
  });

  const urlOf = () => {
    const line = lines.map((text) => JSON.parse(text) as { message: string; url?: string }).find(({ url }) => url);
    return line?.url ?? '';
  };

  it('ends with 0 after SIGTERM, however often it is sent', async () => {
    const host = new TestProcess(environment);
    await startService(QuietModule, quietService, { host, logDestination });
    await expect(fetch(`${urlOf()}/health/live`)).resolves.toMatchObject({ status: 200 });
    host.emit('SIGTERM');
    host.emit('SIGINT');
    await eventually(() => host.exits.length > 0);
    await expect(fetch(`${urlOf()}/health/live`)).rejects.toThrow();
    expect(host.exits).toEqual([0]);
  });

  it('says that it is not ready, and goes on answering until balancers have noticed', async () => {
    const host = new TestProcess({ ...environment, DRAIN_MS: '3000' });
    await startService(QuietModule, quietService, { host, logDestination });
    host.emit('SIGTERM');
    const ready = await fetch(`${urlOf()}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ parts: { service: 'shutting down' } });
    await expect(fetch(`${urlOf()}/health/live`)).resolves.toMatchObject({ status: 200 });
    await eventually(() => host.exits.length > 0, { timeoutMs: 60_000 });
    expect(host.exits).toEqual([0]);
  });

  it('ends with 1 when its shutdown takes longer than it may', async () => {
    const host = new TestProcess(environment);
    await startService(StuckModule, quietService, { host, logDestination, shutdownLimitMs: 50 });
    host.emit('SIGTERM');
    await eventually(() => host.exits.length > 0);
    expect(host.exits).toEqual([1]);
    expect(lines.join()).toContain('the shutdown took too long');
    stuck.resolve();
    await eventually(() => host.exits.length === 2);
  });

  it.each(['uncaughtException', 'unhandledRejection'])('logs an %s and ends with 1', async (event) => {
    const host = new TestProcess(environment);
    await startService(QuietModule, quietService, { host, logDestination });
    host.emit(event, new Error('password=canary is broken'));
    expect(host.exits).toEqual([1]);
    const text = lines.join();
    expect(text).toContain('"level":"fatal"');
    expect(text).not.toContain('canary');
    host.emit('SIGTERM');
    await eventually(() => host.exits.length === 2);
  });

  it('says on one line each what is wrong with its settings, and ends with 1', async () => {
    const host = new TestProcess({ QUIET_DATABASE_URL: 'canary' });
    await startService(QuietModule, quietService, { host, logDestination });
    expect(host.exits).toEqual([1]);
    expect(host.written.join('').trimEnd().split('\n')).toEqual([
      'quiet cannot start:',
      expect.stringMatching(/^QUIET_DATABASE_URL: must be a URL/),
      expect.stringMatching(/^KAFKA_BROKERS: is missing: must be host:port pairs/),
    ]);
    expect(host.written.join()).not.toContain('canary');
  });

  it('ends with 1 when its port is taken', async () => {
    const host = new TestProcess(environment);
    await startService(QuietModule, quietService, { host, logDestination });
    const taken = new TestProcess({ ...environment, QUIET_PORT: new URL(urlOf()).port });
    await startService(QuietModule, quietService, { host: taken, logDestination });
    expect(taken.exits).toEqual([1]);
    expect(lines.join()).toContain('EADDRINUSE');
    host.emit('SIGTERM');
    await eventually(() => host.exits.length > 0);
  });
});
