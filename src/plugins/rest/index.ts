import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from '../../kernel/plugin.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import { discovery } from './discovery.ts';
import { docsPath, documentPath, serveDocs } from './docs/page.ts';
import { sendRead } from './exchange.ts';
import { handle } from './handle.ts';
import { openapiDocument, type DocumentOptions } from './openapi/document.ts';
import { byName } from './openapi/types.ts';
import { RestProblem, sendProblem } from './problem.ts';
import { apiPath, resourcesOf } from './resource.ts';
import type { RouteInfo } from './route-info.ts';
import { restSettings, type RestSettingsInput } from './settings.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    rest: true;
  }
}

export interface RestOptions extends RestSettingsInput {
  readonly mode?: 'development' | 'production' | 'test' | undefined;
  /** Path of GraphQL. */
  readonly graphqlPath?: string | undefined;
  /** Largest body in bytes. */
  readonly maxBodyBytes?: number | undefined;
}

const version = '1.0.0';

/** Records by REST: every request becomes an operation of GraphQL, and is planned, checked and answered like one. */
export function rest({ mode = 'development', graphqlPath = '/graphql', maxBodyBytes = 10_485_760, ...given }: RestOptions = {}): Plugin {
  const settings = restSettings.parse(given);
  const docs = settings.docs ?? mode !== 'production';
  let runtime: Runtime | undefined;
  const started = (): Runtime => {
    if (!runtime) throw new Error('The plugin rest is not initialised.');
    return runtime;
  };
  const route = (path: string, answer: (node: IncomingMessage, response: ServerResponse, info: RouteInfo) => Promise<void>) => ({
    path,
    async handle(node: IncomingMessage, response: ServerResponse, info: RouteInfo) {
      try {
        await answer(node, response, info);
      } catch (error) {
        sendProblem(response, error);
      }
    },
  });

  const sendDocument = async (node: IncomingMessage, response: ServerResponse, info: RouteInfo, options: Omit<DocumentOptions, 'version'>): Promise<void> => {
    onlyGet(node, response);
    const { schema, catalog } = started();
    sendRead(response, openapiDocument(schema, resourcesOf(schema, catalog), await info.context(), { version, ...options }));
  };

  return {
    name: 'rest',
    version,
    description: 'Records by REST, described by OpenAPI, over the plans and rules of the GraphQL API.',
    server: {
      routes: [
        route(`${apiPath}/*`, (node, response, info) => {
          const { schema, catalog } = started();
          return handle(node, response, info, { schema, catalog, maxBodyBytes });
        }),
        route('/api/openapi.json', (node, response, info) => sendDocument(node, response, info, {})),
        route('/api/discovery', async (node, response, info) => {
          onlyGet(node, response);
          const { schema, catalog } = started();
          const { caller, access } = await info.context();
          sendRead(response, discovery(resourcesOf(schema, catalog), caller, access, { version, graphql: graphqlPath, docs }));
        }),
        ...(docs
          ? [
              route(documentPath, (node, response, info) => sendDocument(node, response, info, { related: byName })),
              route(`${docsPath}/*`, async (node, response, { url }) => {
                onlyGet(node, response);
                if (!(await serveDocs(node, response, url.pathname))) throw new RestProblem('NOT_FOUND', `There is nothing at ${url.pathname}.`);
              }),
            ]
          : []),
      ],
    },
    lifecycle: {
      init({ services }) {
        runtime = services.get('runtime');
      },
    },
  };
}

function onlyGet({ method }: IncomingMessage, response: ServerResponse): void {
  if (method === 'GET' || method === 'HEAD') return;
  response.setHeader('allow', 'GET, HEAD');
  throw new RestProblem('BAD_REQUEST', `This takes GET, not ${method ?? 'another method'}.`, { status: 405 });
}
