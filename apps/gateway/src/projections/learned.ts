import type { ReadMessage } from '@calendar-sync/event-sourcing-postgres';

/** Up to where a row has heard of its topic, and when the last message was recorded by its owner. */
export interface Learned {
  learned_at: string;
  epoch: number;
  sequence: number;
}

export const learnedColumns = {
  learned_at: 'timestamptz NOT NULL',
  epoch: 'integer NOT NULL',
  sequence: 'bigint NOT NULL',
};

export const learnedFrom = ({ time, epoch, sequence }: ReadMessage): Learned => ({ learned_at: time, epoch, sequence });

/** The same as the API shows it. */
export interface ShownLearned {
  learnedAt: string;
  sequence: number;
}

export const shownLearned = ({ time, sequence }: ReadMessage): ShownLearned => ({
  learnedAt: new Date(time).toISOString(),
  sequence,
});

/** Whether a message says something that the row doesn't hold yet: a repeat must not undo what came after it. */
export const isNews = (row: Pick<Learned, 'epoch' | 'sequence'> | undefined, { epoch, sequence }: ReadMessage) =>
  row === undefined || epoch > row.epoch || (epoch === row.epoch && sequence > row.sequence);
