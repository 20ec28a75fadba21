import type { Clock } from '../journal/clock';
import { opaque } from '../journal/identifiers';
import type { Collection, Store } from '../journal/store';
import type { Faults } from '../faults/faults';
import type { Channel } from './channel';
import type { Deliveries } from './delivery';

/** Google's own cap isn't published; seven days is the default that is. */
export const LIFETIME_CAP = 7 * 24 * 3_600_000;

export interface WatchRequest {
  id: string;
  address: string;
  token?: string | undefined;
  expiration?: number | undefined;
  resource: string;
  resourceUri: string;
  email: string;
  calendarId?: string | undefined;
}

/** Notification channels. https://developers.google.com/workspace/calendar/api/guides/push */
export class Channels {
  private readonly channels: Collection<Channel>;

  constructor(
    store: Store,
    private readonly clock: Clock,
    private readonly faults: Faults,
    private readonly deliveries: Deliveries,
  ) {
    this.channels = store.collection('channel');
  }

  all(): Channel[] {
    return this.channels.values();
  }

  /** Unique over the whole project and for ever: also the ids of stopped and expired channels are taken. */
  isTaken(id: string): boolean {
    return this.channels.has(id);
  }

  open({ id, address, token, expiration, resource, resourceUri, email, calendarId }: WatchRequest): Channel {
    const now = this.clock.now();
    const shorter = this.faults.value('shortExpirationSeconds');
    const latest = now + (shorter === undefined ? LIFETIME_CAP : shorter * 1000);
    return this.channels.put(id, {
      id,
      resourceId: opaque(resource, 27),
      resourceUri,
      resource,
      address,
      ...(token !== undefined && { token }),
      ...(calendarId !== undefined && { calendarId }),
      expiration: Math.min(expiration ?? latest, latest),
      email,
      opened: now,
      messageNumber: 1,
    });
  }

  /** The `sync` message, which may reach the webhook before the answer to `watch` reaches its caller. */
  greet(channel: Channel): Promise<void> {
    return this.deliveries.send(channel, 'sync');
  }

  stop(email: string, id: string, resourceId: string): boolean {
    const channel = this.channels.get(id);
    if (!channel || channel.resourceId !== resourceId || channel.email !== email || !this.isLive(channel)) return false;
    this.channels.put(id, { ...channel, stopped: true, stoppedAt: this.clock.now() });
    return true;
  }

  forget(id: string): boolean {
    const channel = this.channels.get(id);
    if (!channel) return false;
    this.channels.put(id, { ...channel, forgotten: true });
    return true;
  }

  isLive(channel: Channel): boolean {
    return !channel.stopped && !channel.forgotten && channel.expiration > this.clock.now();
  }

  /** One message per live channel; numbers grow, with gaps. Gives what is to be sent once the change is kept. */
  notify(resource: string): (() => void)[] {
    return this.channels
      .values()
      .filter((channel) => channel.resource === resource && this.isLive(channel))
      .map((channel) => {
        const messageNumber = channel.messageNumber + this.faults.between(1, 5_000);
        const numbered = this.channels.put(channel.id, { ...channel, messageNumber });
        return () => void this.deliveries.send(numbered, 'exists');
      });
  }
}
