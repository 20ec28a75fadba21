import { Agent, request as httpRequest } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';
import type { Faults } from '../faults/faults';
import type { PushFault } from '../faults/switches';
import type { Clock } from '../journal/clock';
import type { Channel, Delivery } from './channel';

const ATTEMPTS = 7;
const TIMEOUT = 5_000;
const KEPT = 10_000;
/** https://developers.google.com/workspace/calendar/api/guides/push#responding-to-notifications */
const SUCCESS = [102, 200, 201, 202, 204];
const RETRIED = [500, 502, 503, 504];

const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });

/** Posts notifications: best effort, as Google does. What is under way when the process ends is lost. */
export class Deliveries {
  readonly log: Delivery[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 32 });
  private readonly secureAgent = new SecureAgent({ keepAlive: true, maxSockets: 32 });
  private readonly closing = new AbortController();
  private readonly queues = new Map<string, Promise<void>>();

  constructor(
    private readonly faults: Faults,
    private readonly clock: Clock,
  ) {}

  /** One message of one channel, in order with the channel's others unless a fault says otherwise. */
  send(channel: Channel, state: Delivery['state']): Promise<void> {
    const { messageNumber, id } = channel;
    const delivery: Delivery = {
      at: this.clock.now(),
      channelId: id,
      messageNumber,
      state,
      attempts: 0,
      outcome: 'pending',
    };
    this.log.push(delivery);
    if (this.log.length > KEPT) this.log.splice(0, KEPT / 10);
    const situation = {
      account: channel.email,
      ...(channel.calendarId !== undefined && { calendarId: channel.calendarId }),
    };
    const fault = this.faults.push(situation);
    if (fault?.off || this.faults.hits('silentChannels', situation) || this.faults.chance(fault?.drop)) {
      delivery.outcome = 'dropped';
      return Promise.resolve();
    }
    const copies = this.faults.chance(fault?.duplicate) ? 2 : 1;
    if (fault?.reorder || fault?.delayMs !== undefined) {
      return Promise.all(Array.from({ length: copies }, () => this.late(channel, delivery, fault))).then(
        () => undefined,
      );
    }
    const queue = (this.queues.get(id) ?? Promise.resolve()).then(async () => {
      for (let copy = 0; copy < copies; copy++) await this.attempt(channel, delivery, 1);
    });
    this.queues.set(id, queue);
    return queue;
  }

  close(): void {
    this.closing.abort();
    this.agent.destroy();
    this.secureAgent.destroy();
  }

  private async late(channel: Channel, delivery: Delivery, fault: PushFault): Promise<void> {
    const [low, high] =
      typeof fault.delayMs === 'number' ? [fault.delayMs, fault.delayMs] : (fault.delayMs ?? [0, 300]);
    await wait(this.faults.between(low, high), this.closing.signal);
    await this.attempt(channel, delivery, 1);
  }

  private async attempt(channel: Channel, delivery: Delivery, number: number): Promise<void> {
    if (this.closing.signal.aborted) return;
    delivery.attempts++;
    const status = await this.post(channel, delivery).catch(() => undefined);
    if (status !== undefined) delivery.status = status;
    if (status !== undefined && SUCCESS.includes(status)) delivery.outcome = 'delivered';
    else if (status !== undefined && !RETRIED.includes(status)) delivery.outcome = 'refused';
    else if (number >= ATTEMPTS) delivery.outcome = 'unreachable';
    else void this.again(channel, delivery, number);
  }

  /** Repeats wait on their own, so that one bad answer doesn't hold up the channel. */
  private async again(channel: Channel, delivery: Delivery, number: number): Promise<void> {
    const base = this.faults.value('pushRetryMs') ?? 1_000;
    await wait(base * 2 ** (number - 1) + this.faults.between(0, Math.floor(base / 4)), this.closing.signal);
    await this.attempt(channel, delivery, number + 1);
  }

  private post(channel: Channel, { messageNumber, state }: Delivery): Promise<number> {
    const url = new URL(channel.address);
    const secure = url.protocol === 'https:';
    const headers = {
      accept: '*/*',
      'accept-encoding': 'gzip, deflate, br',
      'content-length': '0',
      'content-type': 'application/json; utf-8',
      'user-agent': 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)',
      'x-goog-channel-expiration': new Date(channel.expiration).toUTCString(),
      'x-goog-channel-id': channel.id,
      'x-goog-message-number': String(messageNumber),
      'x-goog-resource-id': channel.resourceId,
      'x-goog-resource-state': state,
      'x-goog-resource-uri': channel.resourceUri,
      ...(channel.token !== undefined && { 'x-goog-channel-token': channel.token }),
    };
    return new Promise((resolve, reject) => {
      const send = secure ? httpsRequest : httpRequest;
      const agent = secure ? this.secureAgent : this.agent;
      const request = send(
        url,
        { method: 'POST', headers, agent, signal: this.closing.signal, timeout: TIMEOUT },
        (response) => {
          response.resume();
          response.once('end', () => resolve(response.statusCode ?? 0));
          response.once('error', reject);
        },
      );
      request.once('timeout', () => request.destroy(new Error('The callback did not answer in time')));
      request.once('error', reject);
      request.end();
    });
  }
}
