import { accounts, contactsOf } from './accounts.ts';
import { articles } from './catalogue.ts';
import { people } from './people.ts';
import { addDays, number, officeHour, randomFor, recordId, today } from './record.ts';
import type { SeedFile } from './record.ts';

const faults = [
  ['Sensor reports no values', 'SEN-T100', 'The sensor stopped sending two hours after its installation.', 'Replaced the battery pack; the old one came from a faulty batch.'],
  ['Alarm mails arrive late', 'PLT-B', 'Mails about limits arrive up to 20 minutes late.', 'The mail queue was too small for the number of alarms. Enlarged.'],
  ['Gateway loses connection at night', 'GTW-E1', 'Every night between 2 and 3 the gateway is offline.', 'The firewall of the site closes idle connections; a keep-alive is now set.'],
  ['Calibration certificate missing', 'SEN-T200X', 'The delivery came without certificates for six sensors.', 'Certificates sent by mail and attached to the delivery.'],
  ['Report shows wrong time zone', 'ADD-ENG', 'The monthly report starts a day too early.', 'The time zone of the site was not set.'],
  ['Vibration warnings too frequent', 'ADD-PRD', 'The model warns about a pump that is in order.', 'The model was trained again with the data of the last quarter.'],
  ['Question about the data API', 'ADD-API', 'How do we read the mean of an hour over all sites?', 'Sent an example query.'],
  ['Invoice does not match order', null, 'The invoice lists two gateways more than ordered.', 'Invoice cancelled and written anew.'],
] as const;

/** Hours until an answer is due. */
const deadlines = { low: 120, medium: 48, high: 8, urgent: 2 } as const;

interface Case {
  readonly number: string;
  readonly record: Readonly<Record<string, unknown>>;
  readonly resolution: string;
  readonly closed: boolean;
  readonly opened: string;
  readonly owner: string;
}

const cases: readonly Case[] = (() => {
  const customers = accounts.filter(({ type }) => type === 'customer');
  return Array.from({ length: 40 }, (_, index) => {
    const random = randomFor(`case ${String(index)}`);
    const account = random.pick(customers);
    const [subject, sku, description, resolution] = random.pick(faults);
    const age = 40 - index;
    const status = age > 12 ? 'closed' : random.pick(['new', 'in_progress', 'in_progress', 'waiting', 'escalated', 'closed']);
    const closed = status === 'closed';
    const priority = status === 'escalated' ? 'urgent' : random.pick(['low', 'medium', 'medium', 'high'] as const);
    const opened = officeHour(random, addDays(today, -age - 1));
    const owner = (index % 3 === 2 ? people.agent : people.support).email;
    const software = articles.find((article) => article.sku === sku)?.category.startsWith('SW') ?? false;
    return {
      number: number('CASE', index + 1),
      closed,
      opened,
      owner,
      resolution,
      record: {
        case_number: number('CASE', index + 1),
        subject,
        description,
        status,
        priority,
        origin: random.pick(['email', 'email', 'phone', 'web', 'chat']),
        progress: closed ? 100 : status === 'new' ? 0 : random.int(1, 8) * 10,
        opened_at: opened,
        due_at: new Date(Date.parse(opened) + deadlines[priority] * 3_600_000).toISOString().replace('.000', ''),
        ...(closed && { closed_at: new Date(Date.parse(opened) + random.int(1, 20) * 3_600_000).toISOString().replace('.000', ''), resolution: `<p>${resolution}</p>`, ...(random.chance(0.7) && { satisfaction: random.int(2, 5) }) }),
        ...(software && { environment: { version: random.pick(['8.2.1', '8.3.0', '8.3.4']), browser: random.pick(['Firefox', 'Chrome', 'Edge']), sites: random.int(1, 30) } }),
        ...(sku === 'GTW-E1' && { log_excerpt: `02:${String(random.int(10, 59))}:07 uplink: connection reset by peer\n02:${String(random.int(10, 59))}:37 uplink: reconnecting (attempt 1)` }),
        account: account.number,
        contact: random.pick(contactsOf(account)).email,
        ...(sku && { product: sku }),
        owner,
      },
    };
  });
})();

function comments() {
  return cases.flatMap((one, index) => {
    const random = randomFor(`comments ${one.number}`);
    const at = (hours: number) => new Date(Date.parse(one.opened) + hours * 3_600_000).toISOString().replace('.000', '');
    const first = { title: 'First answer', case: one.number, body: 'Thank you for the report. We look into it and come back to you **today**.', published: true, written_at: at(0.5), author: one.owner };
    if (one.closed) return [first, ...(index % 3 === 0 ? [{ title: 'Solution', case: one.number, body: one.resolution, published: true, written_at: at(1), author: one.owner }] : [])];
    return random.chance(0.5) ? [first, { title: 'Internal remark', case: one.number, body: 'Waiting for a log file from the site.', published: false, written_at: at(1), author: people.lead.email }] : [first];
  });
}

export function serviceFiles(): SeedFile[] {
  return [
    { file: '61-cases', object: 'case', externalId: 'case_number', records: cases.map(({ record }) => record) },
    { file: '62-case-comments', object: 'case_comment', externalId: 'id', records: comments().map((record, index) => ({ id: recordId('case_comment', index), ...record })) },
  ];
}
