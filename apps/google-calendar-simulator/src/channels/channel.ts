export interface Channel {
  id: string;
  resourceId: string;
  resourceUri: string;
  /** `events/<calendar id>` and the like: what is watched. */
  resource: string;
  calendarId?: string;
  address: string;
  token?: string;
  /** Milliseconds since 1970. */
  expiration: number;
  email: string;
  opened: number;
  messageNumber: number;
  stopped?: boolean;
  /** Milliseconds since 1970. */
  stoppedAt?: number;
  /** Gone without a word: stop answers 404 and nothing is delivered. */
  forgotten?: boolean;
}

export interface Delivery {
  at: number;
  channelId: string;
  messageNumber: number;
  state: 'sync' | 'exists';
  attempts: number;
  outcome: 'delivered' | 'refused' | 'unreachable' | 'dropped' | 'pending';
  status?: number;
}
