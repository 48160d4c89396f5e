import { withTimeout } from './with-timeout.ts';

export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy';

/** What a check found. `true` or nothing: healthy. A check that throws or takes too long is unhealthy. */
export type HealthResult = HealthStatus | HealthFinding | undefined;

export interface HealthFinding {
  readonly status: HealthStatus;
  readonly message?: string;
  readonly checks?: readonly { readonly name: string; readonly status: 'passed' | 'warning' | 'failed'; readonly message?: string }[];
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Answers how the plugin is: `degraded` works with less, `unhealthy` takes the server out of rotation. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type
export type HealthCheck = () => HealthResult | void | Promise<HealthResult | void>;

export interface HealthReport {
  /** The worst of all. */
  readonly status: HealthStatus;
  readonly timestamp: Date;
  readonly uptimeSeconds: number;
  readonly components: readonly (HealthFinding & { readonly name: string; readonly duration: number })[];
}

export interface HealthOptions {
  /** Milliseconds that one check may take; 5000 by default. */
  readonly timeout?: number;
  /** Milliseconds for which a report is given again, so that probes cost little; 1000 by default. */
  readonly maxAge?: number;
}

export interface Health {
  add(name: string, check: HealthCheck): void;
  /** Runs all checks at once; callers at the same time share one run. */
  report(): Promise<HealthReport>;
}

declare module './plugin.ts' {
  interface Phases {
    readonly health: HealthCheck;
  }
}

const severity: Record<HealthStatus, number> = { healthy: 0, degraded: 1, unhealthy: 2 };

export function createHealth({ timeout = 5_000, maxAge = 1_000 }: HealthOptions = {}): Health {
  const checks = new Map<string, HealthCheck>();
  const started = performance.now();
  let latest: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;

  const runAll = async (): Promise<HealthReport> => {
    const components = await Promise.all(
      [...checks].map(async ([name, check]) => {
        const began = performance.now();
        const finding = await examine(name, check, timeout);
        return { name, ...finding, duration: Math.round(performance.now() - began) };
      }),
    );
    const status = components.reduce<HealthStatus>((worst, { status }) => (severity[status] > severity[worst] ? status : worst), 'healthy');
    return { status, timestamp: new Date(), uptimeSeconds: Math.round((performance.now() - started) / 1000), components };
  };

  return {
    add(name, check) {
      if (checks.has(name)) throw new TypeError(`There are two health checks named "${name}".`);
      checks.set(name, check);
    },
    report() {
      if (!latest || performance.now() - latest.at > maxAge) latest = { at: performance.now(), report: runAll() };
      return latest.report;
    },
  };
}

async function examine(name: string, check: HealthCheck, timeout: number): Promise<HealthFinding> {
  try {
    const result = (await withTimeout(async () => check(), timeout, `The health check of "${name}"`)) ?? 'healthy';
    return typeof result === 'string' ? { status: result } : result;
  } catch (error) {
    return { status: 'unhealthy', message: error instanceof Error ? error.message : String(error) };
  }
}
