import { expect, it } from 'vitest';
import { networkOf } from '../../src/kernel/network-of.ts';

it('takes all addresses of a network of 64 bits for one client', () => {
  expect(['2001:db8:1:2::7', '2001:DB8:1:2:ffff:0:0:1', '2001:db8:1:2::10.1.2.3', '2001:db8:1:3::7', '2001:db8::7', '::1', 'fe80::1%eth0', '10.1.2.3'].map(networkOf)).toEqual([
    '2001:db8:1:2::/64', '2001:db8:1:2::/64', '2001:db8:1:2::/64', '2001:db8:1:3::/64', '2001:db8:0:0::/64', '0:0:0:0::/64', 'fe80:0:0:0::/64', '10.1.2.3',
  ]);
});
