import type { World } from '../world';
import { isCancelled } from './event';

const TICK = 100;

/** Completes conference requests when their time has come, also those from before a restart. */
export class PendingConferences {
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly world: World) {
    this.timer = setInterval(() => this.complete(), TICK);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  private complete(): void {
    const { conferences, clock, book } = this.world;
    const due = conferences.pending.values().filter(({ at }) => at <= clock.now());
    if (due.length === 0) return;
    this.world.perform(() => {
      for (const { calendarId, eventId } of due) {
        conferences.pending.remove(`${calendarId} ${eventId}`);
        const event = book.stored(calendarId, eventId)?.resource;
        if (!event || isCancelled(event)) continue;
        const requestId = event.conferenceData?.createRequest?.requestId;
        const saved = book.save(calendarId, { ...event, ...conferences.meet(requestId) });
        this.world.invitations.spread(calendarId, event, saved.resource);
      }
    });
  }
}
