import { openDatabase } from '../../../src/database/open-database.ts';
import { automation } from '../../../src/plugins/automation/index.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { notifications } from '../../../src/plugins/notifications/index.ts';
import { webhooks } from '../../../src/plugins/webhooks/index.ts';
import { serverUrl } from '../../support/database.ts';
import { startPlatform } from '../../support/platform.ts';

/** A server whose mutations are followed by all kinds of effects: `killed-server.ts <schema> <HTTP receiver> <SMTP server>`. Says its address. */
const [, , schema = '', receiver = '', smtp = ''] = process.argv;
const entry = (rule: string) => ({ name: 'entry', type: 'create_record', objectName: 'entry', fields: { rule, item: '{id}', n: '{n}' } });
const changed = { triggerType: 'on_update', criteria: 'ISCHANGED(n)' };

const app = await startPlatform({
  settings: { encryption: { key: Buffer.alloc(32, 7).toString('base64') } },
  database: await openDatabase({ url: serverUrl, schema, pool: 6 }),
  objects: [
    {
      name: 'item',
      fields: { n: { type: 'number', defaultValue: 0 }, done: { type: 'number', defaultValue: 0 }, address: 'email' },
      workflows: [
        { name: 'created', triggerType: 'on_create', actions: [entry('created'), { name: 'count', type: 'field_update', field: 'done', formula: 'done + 1' }, { name: 'mail', type: 'email_alert', recipients: ['{address}'], subject: 'New', body: '{id}' }] },
        { name: 'changed', ...changed, actions: [entry('changed')] },
        { name: 'called', ...changed, actions: [entry('called'), { name: 'call', type: 'http_call', url: `${receiver}/called`, body: { item: '{id}', n: '{n}' } }] },
      ],
    },
    { name: 'entry', fields: { rule: 'text', item: { type: 'lookup', reference: 'item' }, n: 'number' } },
  ],
  plugins: [
    jobs({ leaseSeconds: 2 }),
    notifications({ mail: { url: smtp } }),
    automation({ allowPrivateAddresses: true }),
    webhooks({ allowPrivateAddresses: true, definitions: [{ name: 'told', object: 'item', triggers: ['create', 'update'], url: `${receiver}/told`, runAs: 'system' }] }),
  ],
});
const { url } = await app.platform.start();
process.on('disconnect', () => process.exit());
process.send?.(url);
