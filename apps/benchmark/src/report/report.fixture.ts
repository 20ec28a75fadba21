import type { PartReport, Report } from './report';

export const aPart = (name: string, rest: Partial<PartReport> = {}): PartReport => ({
  name,
  about: `About ${name}.`,
  seconds: 3,
  figures: [
    {
      name: 'appends',
      unit: '/s',
      value: 1_234,
      floor: { name: 'plain INSERT', value: 2_000 },
      ratio: 0.617,
      goal: { text: '≥ 0.60 of the floor', met: true },
      detail: '1,200–1,300',
    },
    { name: 'bytes', unit: 'B', value: 2_065 },
  ],
  ...rest,
});

export const aReport = (rest: Partial<Report> = {}): Report => ({
  format: 1,
  at: '2026-11-23T09:30:12.000Z',
  commit: 'abcdef0123',
  quick: false,
  machine: {
    cpu: 'A processor',
    cores: 2,
    memoryGb: 8,
    load: 0.1,
    fdatasyncMs: 0.8,
    node: '24.21.0',
    postgres: '18.4',
    kafka: '4.1.0',
  },
  warnings: [],
  parts: [aPart('store')],
  ...rest,
});
