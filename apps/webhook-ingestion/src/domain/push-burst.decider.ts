import type { Decider } from '@calendar-sync/event-sourcing-core';

/** A verified push, as its channel delivered it. Times are RFC 3339. */
export interface Push {
  notificationId: string;
  calendarId: string;
  channelId: string;
  resourceId: string;
  resourceState: string;
  messageNumber?: number;
  channelExpiresAt?: string;
  receivedAt: string;
}

/** Somebody said that a calendar changed; becomes one message. `coalesced`: pushes that it speaks for beside its own. */
export type NotificationReceived = {
  type: 'NotificationReceived';
  data: Push & { coalesced?: number; windowEndsAt: number };
};
/** Held back until its burst's window ends; speaks for those that join it. */
export type PushHeld = { type: 'PushHeld'; data: Push };
/** Joined the push that is held back. */
export type PushCoalesced = { type: 'PushCoalesced'; data: Push & { into: string } };

export type PushEvent = NotificationReceived | PushHeld | PushCoalesced;

export type PushCommand =
  | { type: 'ReceivePush'; data: { push: Push; now: number; windowMs: number } }
  | { type: 'CloseWindow'; data: { now: number; windowMs: number } };

export interface Burst {
  /** Until then, in milliseconds of the epoch, further pushes are held back. */
  windowEndsAt?: number;
  held?: Push & { coalesced: number };
}

/** No window ends two windows from now: such an end was written by a clock that has been set back since, and nothing may wait for it. */
const isOver = ({ windowEndsAt }: Burst, { now, windowMs }: { now: number; windowMs: number }) =>
  windowEndsAt === undefined || now >= windowEndsAt || windowEndsAt > now + 2 * windowMs;

function notification(
  { coalesced, ...push }: Push & { coalesced: number },
  windowEndsAt: number,
): NotificationReceived {
  return { type: 'NotificationReceived', data: { ...push, ...(coalesced > 0 && { coalesced }), windowEndsAt } };
}

/** The message keeps the id and the time of the push that waited longest, and carries what the channel said last. */
const joined = (held: Push & { coalesced: number }, push: Push): Push & { coalesced: number } => ({
  ...held,
  resourceId: push.resourceId,
  resourceState: push.resourceState,
  ...(push.messageNumber !== undefined && { messageNumber: push.messageNumber }),
  ...(push.channelExpiresAt !== undefined && { channelExpiresAt: push.channelExpiresAt }),
  coalesced: held.coalesced + 1,
});

/** So many held-back pushes in one window are a storm; the two or three that one action of a user causes are not. */
const STORM = 4;
/** Without a storm a window is a tenth as long, so that a change soon after another one hardly waits. */
const CALM = 0.1;

const windowAfter = (coalesced: number, { now, windowMs }: { now: number; windowMs: number }) =>
  now + (coalesced >= STORM ? windowMs : windowMs * CALM);

/**
 * The first push of a burst goes out at once, all later ones in one message when the window ends. A push is never counted
 * on a message that is already on its way: sync may have read the calendar before the change that this push speaks of.
 */
export const pushBurst: Decider<Burst, PushCommand, PushEvent> = {
  initialState: {},

  decide({ type, data }, burst) {
    const sent = (push: Push & { coalesced: number }) => notification(push, windowAfter(push.coalesced, data));
    if (type === 'CloseWindow') return burst.held && isOver(burst, data) ? [sent(burst.held)] : [];
    const { push } = data;
    if (!burst.held) {
      return isOver(burst, data) ? [sent({ ...push, coalesced: 0 })] : [{ type: 'PushHeld', data: push }];
    }
    const coalesced: PushCoalesced = { type: 'PushCoalesced', data: { ...push, into: burst.held.notificationId } };
    return isOver(burst, data) ? [coalesced, sent(joined(burst.held, push))] : [coalesced];
  },

  evolve(burst, { type, data }) {
    switch (type) {
      case 'NotificationReceived':
        return { windowEndsAt: data.windowEndsAt };
      case 'PushHeld':
        return { ...burst, held: { ...data, coalesced: 0 } };
      case 'PushCoalesced': {
        const { into: _into, ...push } = data;
        return burst.held ? { ...burst, held: joined(burst.held, push) } : burst;
      }
    }
  },
};
