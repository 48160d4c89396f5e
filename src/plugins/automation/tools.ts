import type { JobService } from '../../kernel/jobs.ts';
import type { PluginServices } from '../../kernel/lifecycle.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import type { Connectors } from './connectors.ts';
import type { Handlers } from './handlers.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { AutomationSettings } from './settings.ts';
import type { Sandbox } from './scripts/sandbox.ts';
import type { Surroundings } from './sight.ts';

/** What the parts of the plugin work with, once it is initialised. */
export interface Tools {
  readonly runtime: Runtime;
  readonly services: PluginServices;
  readonly jobs: JobService;
  readonly settings: AutomationSettings;
  readonly surroundings: Surroundings;
  readonly outbox: Outbox;
  readonly handlers: Handlers;
  readonly connectors: Connectors;
  readonly sandbox: Sandbox;
}
