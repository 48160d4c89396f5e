import type { Broker } from './broker-carrier.ts';
import { natsBroker } from './nats.ts';
import { redisBroker } from './redis.ts';

/** The broker that a URL names; settings let no other in. */
export const brokerAt = (url: string): Broker => (/^rediss?:/.test(url) ? redisBroker(url) : natsBroker(url));
