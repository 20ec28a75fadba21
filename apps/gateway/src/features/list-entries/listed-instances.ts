import { Injectable } from '@nestjs/common';
import { isSeries, type Listed } from '../list-window/placing';

const most = 100_000;

/** To which series an instance belongs that was listed lately: its id can't be read backwards, and whoever asks for one has mostly just seen it. */
@Injectable()
export class ListedInstances {
  private readonly series = new Map<string, string>();

  remember(items: readonly Listed[]): void {
    for (const { id, row, occurrence } of items) {
      if (!occurrence || !isSeries(row)) continue;
      this.series.delete(id);
      this.series.set(id, row.seriesId);
    }
    for (const id of this.series.keys()) {
      if (this.series.size <= most) break;
      this.series.delete(id);
    }
  }

  /** Entry id of the series; it may be another owner's. */
  seriesOf(instanceId: string): string | undefined {
    return this.series.get(instanceId);
  }
}
