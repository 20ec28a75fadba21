import { Injectable } from '@nestjs/common';
import { isSeries, type Listed } from '../list-window/placing';

const mostOfHalf = 50_000;

/**
 * To which series an instance belongs that was listed lately: its id can't be read backwards, and whoever asks for one has mostly just seen
 * it. When the newer half is full it becomes the older one: moving each to the end of one map would take a string and two changes each time.
 */
@Injectable()
export class ListedInstances {
  private newer = new Map<string, string>();
  private older = new Map<string, string>();

  remember({ id, row, occurrence }: Listed): void {
    if (!occurrence || !isSeries(row)) return;
    this.newer.set(id, row.seriesId);
    if (this.newer.size < mostOfHalf) return;
    this.older = this.newer;
    this.newer = new Map();
  }

  /** Entry id of the series; it may be another owner's. */
  seriesOf(instanceId: string): string | undefined {
    return this.newer.get(instanceId) ?? this.older.get(instanceId);
  }
}
