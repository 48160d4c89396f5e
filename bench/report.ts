import type { Contestant } from './contestants.ts';
import type { StartUp } from './start-up.ts';
import type { Workload } from './workloads.ts';

export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Share of the limit: the median over rounds, each compared with the limit of the same round. */
  readonly ofLimit: number;
  /** The same for the platform with access open to all. */
  readonly ofOpen: number;
}

export interface WorkloadResult {
  readonly workload: Workload;
  readonly results: ReadonlyMap<Contestant['name'], Measured>;
}

export interface Bar {
  readonly what: string;
  readonly value: number;
  readonly bar: number;
  readonly met: boolean;
}

/** What permissions may cost the nested list. */
const leastOfOpen = 0.9;
const startUpBars: Readonly<Record<number, { readonly seconds?: number; readonly megabytes?: number }>> = { 100: { seconds: 2, megabytes: 200 }, 1000: { seconds: 6 } };

export function checkBars(results: readonly WorkloadResult[], startUps: readonly StartUp[]): Bar[] {
  const bars: Bar[] = [];
  for (const { workload, results: measured } of results) {
    const { ofLimit: value, ofOpen } = measured.get('guarded') ?? {};
    if (value !== undefined) bars.push({ what: `${workload.title}, share of the limit`, value, bar: workload.bar, met: value >= workload.bar });
    if (ofOpen !== undefined && workload.name === 'nested-list') bars.push({ what: `${workload.title}, share of open access`, value: ofOpen, bar: leastOfOpen, met: ofOpen >= leastOfOpen });
  }
  for (const { objects, coldStart, memory } of startUps) {
    const { seconds, megabytes } = startUpBars[objects] ?? {};
    if (seconds !== undefined) bars.push({ what: `cold start with ${String(objects)} objects, seconds`, value: coldStart, bar: seconds, met: coldStart < seconds });
    if (megabytes !== undefined) bars.push({ what: `memory with ${String(objects)} objects, MB`, value: memory, bar: megabytes, met: memory < megabytes });
  }
  return bars;
}

const table = (rows: readonly (readonly string[])[]) => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')).join('\n');
};

export function printReport(results: readonly WorkloadResult[], startUps: readonly StartUp[]): string {
  const parts: string[] = [];
  if (results.length > 0) {
    const rows = results.flatMap(({ workload, results: measured }) =>
      [...measured].map(([name, { perSecond, p50, p99, ofLimit, ofOpen }], index) => {
        const bar = name === 'guarded' ? `≥ ${workload.bar.toFixed(2)} ${ofLimit >= workload.bar ? 'met' : 'MISSED'}` : '';
        return [index === 0 ? workload.title : '', name, Math.round(perSecond).toLocaleString('en-US'), p50.toFixed(2), p99.toFixed(2), ofLimit.toFixed(2), name === 'guarded' ? ofOpen.toFixed(2) : '', bar];
      }),
    );
    parts.push(table([['', 'server', 'per second', 'p50 ms', 'p99 ms', 'of limit', 'of open', 'bar'], ...rows]));
  }
  if (startUps.length > 0) {
    const rows = startUps.map(({ objects, firstStart, coldStart, memory }) => [String(objects), `${firstStart.toFixed(2)} s`, `${coldStart.toFixed(2)} s`, `${memory.toFixed(0)} MB`]);
    parts.push(table([['objects', 'first start', 'cold start', 'memory'], ...rows]));
  }
  return parts.join('\n\n');
}
