import { Injectable } from '@nestjs/common';
import { isSeries, type Listed } from '../list-window/placing';

const most = 100_000;

/** To which series an instance belongs that was listed lately: its id can't be read backwards, and whoever asks for one has mostly just seen it. */
@Injectable()
export class ListedInstances {
  private readonly series = new Map<string, string>();

  remember({ id, row, occurrence }: Listed): void {
    if (!occurrence || !isSeries(row)) return;
    this.series.delete(id);
    this.series.set(id, row.seriesId);
    if (this.series.size <= most) return;
    const [oldest] = this.series.keys();
    if (oldest !== undefined) this.series.delete(oldest);
  }

  /** Entry id of the series; it may be another owner's. */
  seriesOf(instanceId: string): string | undefined {
    return this.series.get(instanceId);
  }
}
