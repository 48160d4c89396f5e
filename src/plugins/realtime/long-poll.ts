import type { GraphQLResolveInfo } from 'graphql';
import { ObjectosError } from '../../errors.ts';
import type { CatalogObject } from '../../metadata/catalog.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { ChangeMessage } from './delivery/change.ts';
import { followChanges, type FeedPage } from './feed.ts';
import type { Realtime } from './realtime.ts';
import { everything, makeWish } from './schema/wishes.ts';

/** Milliseconds that an answer may be waited for, less than proxies usually allow. */
const longest = 20_000;

export interface PollArguments {
  readonly cursor?: string | null;
  readonly first?: number | null;
  readonly wait?: number | null;
}

/** A page of the feed; one with nothing to tell is given once there is something, or `wait` is over. */
export async function pollChanges(objects: readonly CatalogObject[], { cursor, first, wait }: PollArguments, context: RequestContext, info: GraphQLResolveInfo, realtime: Realtime): Promise<FeedPage> {
  const patience = wait ?? 0;
  if (patience < 0) throw new ObjectosError('BAD_REQUEST', `wait must be zero or more; ${patience} was given.`);
  if (patience > longest) throw new ObjectosError('LIMIT_EXCEEDED', `An answer can be waited for ${longest.toLocaleString('en-US')} milliseconds at most; ${patience} were asked for. Ask again instead.`, { extensions: { limit: 'wait', maximum: longest, actual: patience } });
  const page = await followChanges(objects, cursor ?? undefined, first ?? undefined, context);
  if (patience === 0 || cursor === undefined || cursor === null || page.messages.length > 0 || page.gap || page.hasMore) return page;
  await newsAfter(page.cursor, patience, objects, context, info, realtime);
  return followChanges(objects, page.cursor, first ?? undefined, context);
}

/** As a subscription would tell: those who wait for the same rows cost no more than those who listen to them. */
async function newsAfter(after: string, patience: number, objects: readonly CatalogObject[], context: RequestContext, info: GraphQLResolveInfo, realtime: Realtime): Promise<void> {
  const stream = await realtime.subscribe(makeWish(objects.map(everything), { after }, context, info, realtime.limits), context);
  const timer = setTimeout(() => stream.end(), patience).unref();
  try {
    for await (const { value } of stream) if ((value as ChangeMessage).kind !== 'READY') return;
  } finally {
    clearTimeout(timer);
    stream.end();
  }
}
